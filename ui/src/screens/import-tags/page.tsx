// Bring in a tag list: drop the file, see how it was understood and what every row becomes, import it, undo it.
import { Button, Checkbox, Select } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "@/api/problem";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { showToast } from "@/design/toast";
import { definitionQuery, type Outline, outlineQuery } from "@/screens/connect/api";
import { type Asked, exported, type List, listQuery, template, useImport, useTakeBack } from "@/screens/import-tags/api";
import { BYTES_MAX, packed, save } from "@/screens/import-tags/file";
import css from "@/screens/import-tags/import-tags.module.css";
import { Rows } from "@/screens/import-tags/rows";
import { Understood } from "@/screens/import-tags/understood";
import { words } from "@/screens/import-tags/words";
import { Go } from "@/view/place";
import { useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

type Choice = <Key extends keyof Asked>(key: Key, value: Asked[Key]) => void;

function Dropping({ connection, driver, onFile }: { connection: string; driver: string; onFile: (name: string, content: string) => void }) {
  const say = useWords(words);
  const language = useLanguage();
  const [isOver, setOver] = useState(false);
  const take = useMutation({ mutationFn: packed });
  const download = useMutation({ mutationFn: async (what: "template" | "export") => save(await (what === "template" ? template(driver, language) : exported(connection, language))) });
  const [isLarge, setLarge] = useState(false);
  const taken = (file: File | undefined) => {
    if (!file) return;
    setLarge(file.size > BYTES_MAX);
    if (file.size <= BYTES_MAX) take.mutate(file, { onSuccess: (content) => onFile(file.name, content) });
  };
  return (
    <Panel title={say("file")} testid="tag-file">
      <label className={css.drop} data-over={isOver} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={(event) => { event.preventDefault(); setOver(false); taken(event.dataTransfer.files[0]); }}>
        <b>{say("drop")}</b>
        <span className={css.small}>{say("kinds")}</span>
        <input type="file" accept=".csv,.txt,.tsv,.xlsx,.xml,.json,.gz" aria-label={say("choose")} onChange={(event) => { taken(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} data-testid="choose-file" />
      </label>
      {isLarge && <p className={css.error} role="alert">{say("tooLarge")}</p>}
      {take.error && <p className={css.error} role="alert">{say("unreadable")}</p>}
      <div className={css.bar}>
        <Button variant="default" size="sm" loading={download.isPending} onClick={() => download.mutate("template")} data-testid="template">{say("template")}</Button>
        {connection && <Button variant="default" size="sm" loading={download.isPending} onClick={() => download.mutate("export")} data-testid="export-tags">{say("export", { name: connection })}</Button>}
      </div>
      {download.error && <ProblemNotice error={download.error} compact />}
    </Panel>
  );
}

function Choices({ asked, outline, list, choose }: { asked: Asked; outline: Outline; list: List | undefined; choose: Choice }) {
  const say = useWords(words);
  const scans = [{ value: "", label: say("scanList") }, ...outline.scans.map(({ name }) => ({ value: name, label: name }))];
  const devices = list?.devices ?? [];
  return (
    <Panel title={say("choices")} testid="choices">
      <div className={css.grid}>
        <Select label={say("connection")} data={outline.connections} value={asked.connection} onChange={(value) => value && choose("connection", value)} allowDeselect={false} data-testid="import-connection" />
        <Select label={say("equipment")} data={outline.nodes.map(({ path }) => path)} value={asked.equipment} onChange={(value) => choose("equipment", value)} searchable data-testid="import-equipment" />
        <Select label={say("scan")} data={scans} value={asked.scan ?? ""} onChange={(value) => choose("scan", value || null)} allowDeselect={false} />
        {(devices.length > 0 || asked.device) && <Select label={say("device")} data={[{ value: "", label: say("deviceAll") }, ...(devices.length > 0 ? devices : [asked.device ?? ""]).map((value) => ({ value, label: value }))]} value={asked.device ?? ""} onChange={(value) => choose("device", value || null)} allowDeselect={false} />}
      </div>
      <div className={css.checks}>
        <Checkbox label={say("folders")} checked={asked.folders} onChange={(event) => choose("folders", event.currentTarget.checked)} />
        <Checkbox label={say("change")} checked={asked.existing === "change"} onChange={(event) => choose("existing", event.currentTarget.checked ? "change" : "keep")} />
        <Checkbox label={say("again")} checked={asked.taken === "add"} onChange={(event) => choose("taken", event.currentTarget.checked ? "add" : "leave")} />
        <Checkbox label={say("leave", { n: list?.counts.fault ?? 0 })} checked={asked.faulty === "leave"} onChange={(event) => choose("faulty", event.currentTarget.checked ? "leave" : "refuse")} data-testid="leave-faults" />
      </div>
    </Panel>
  );
}

function Plan({ asked, list, isFetching, onDone, onStale }: { asked: Asked; list: List; isFetching: boolean; onDone: () => void; onStale: () => void }) {
  const say = useWords(words);
  const takeBack = useTakeBack(() => showToast({ text: say("takenBack") }));
  const bring = useImport((done, audit) => {
    showToast({ text: say("applied", { added: done.added }), ...(audit ? { act: { label: say("undo"), run: () => takeBack.mutate(audit) } } : {}) });
    onDone();
  });
  const added = list.counts.new ?? 0;
  const changed = list.counts.change ?? 0;
  const faults = list.counts.fault ?? 0;
  const isStopped = faults > 0 && asked.faulty === "refuse";
  const isStale = bring.error !== null && asProblem(bring.error).code === "plant-changed";
  return (
    <Panel title={say("plan")} testid="import-plan">
      <p className={css.small}>{say("planHint")}</p>
      <p data-testid="import-sum">{added + changed > 0 ? say("writes", { added, changed }) : say("nothingToDo")}</p>
      {isStopped && <p className={css.error} role="status">{say("faultsLeft", { n: faults })}</p>}
      {list.faults.map((fault) => <p key={`${fault.about} ${fault.message}`} className={css.error} role="alert">{`${fault.about}: ${fault.message}`}</p>)}
      {list.files.map((file) => (
        <figure key={file.name} className={css.file}>
          <figcaption className="mono" translate="no">{file.name}</figcaption>
          <pre className="mono" translate="no" tabIndex={0} role="region" aria-label={file.name}>{file.lines.map(([sign, text]) => `${sign} ${text}\n`).join("")}{file.more > 0 && say("moreLines", { n: file.more })}</pre>
        </figure>
      ))}
      {bring.error && <ProblemNotice error={bring.error} compact {...(isStale ? { onRetry: () => { bring.reset(); onStale(); } } : {})} />}
      <div className={css.buttons}><Button disabled={isStopped || added + changed === 0 || list.faults.length > 0 || isFetching} loading={bring.isPending} onClick={() => bring.mutate({ ...asked, seen: list.version })} data-testid="import-apply">{say("apply")}</Button></div>
    </Panel>
  );
}

function Import({ outline, first }: { outline: Outline; first: string }) {
  const say = useWords(words);
  const [chosen, setAsked] = useState<Asked>({ connection: first, name: "", content: "", columns: null, device: null, equipment: null, folders: true, scan: null, existing: "keep", taken: "leave", faulty: "refuse", left_out: [] });
  const choose: Choice = (key, value) => setAsked((before) => ({ ...before, [key]: value }));
  const standing = useQuery(definitionQuery(chosen.connection));
  const machines = standing.data?.machines ?? [];
  const asked = { ...chosen, equipment: chosen.equipment ?? (machines.length === 1 ? machines[0]?.path ?? null : null) };
  const { data, error, isFetching, refetch } = useQuery({ ...listQuery(JSON.stringify(asked)), enabled: asked.content !== "", placeholderData: keepPreviousData });
  const list = asked.content ? data : undefined;
  const take = (line: number, isTaken: boolean) => setAsked((before) => ({ ...before, left_out: isTaken ? before.left_out.filter((one) => one !== line) : [...before.left_out, line] }));
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title")}{asked.name && <span className="quiet" translate="no"> {asked.name}</span>}</h1><Go to="/connections" className="link">{say("all")}</Go></div>
      <Dropping connection={asked.connection} driver={standing.data?.driver ?? "modbus"} onFile={(name, content) => setAsked((before) => ({ ...before, name, content, columns: null, device: null, left_out: [] }))} />
      <Choices asked={asked} outline={outline} list={list} choose={choose} />
      {asked.content && isFetching && <p role="status" className={css.small} data-testid="reading">{say("reading")}</p>}
      {error && <Panel><ProblemNotice error={error} onRetry={() => void refetch()} /></Panel>}
      {asked.content && !list && !error && <Waiting lines={6} />}
      {list && !error && (
        <>
          <Understood list={list} onColumns={(columns) => choose("columns", columns)} />
          <Panel title={say("rows")} testid="import-rows"><Rows key={asked.content.length} list={list} onTake={take} /></Panel>
          <Plan asked={asked} list={list} isFetching={isFetching} onDone={() => void refetch()} onStale={() => void refetch()} />
        </>
      )}
    </div>
  );
}

export default function ImportTags() {
  const say = useWords(words);
  const { connection } = useSearchText();
  const { data, error, refetch } = useQuery(outlineQuery());
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={8} />;
  const first = connection && data.connections.includes(connection) ? connection : data.connections[0];
  if (!first) return <Empty icon="plug" title={say("none")} hint={say("noneHint")} action={<Go to="/connect" className="link">{say("connect")}</Go>} />;
  return <Import outline={data} first={first} />;
}
