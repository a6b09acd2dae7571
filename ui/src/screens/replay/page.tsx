// The page of replays: which past, through which plant code; then how far it is, and what would have changed.
import { Button, Select, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "@/api/problem";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useNowMs } from "@/live/now";
import { documentsOf, type Files, filesQuery, replayQuery, useBegin, workQuery } from "@/screens/replay/api";
import { Found } from "@/screens/replay/found";
import css from "@/screens/replay/replay.module.css";
import { words } from "@/screens/replay/words";
import { formatRatio } from "@/show/format";
import { NoWindow } from "@/view/no-window";
import { PeriodChooser } from "@/view/period-chooser";
import { soFar, usePeriod } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

interface FilesProps { held: Files; changed: Files; onChange: (changed: Files) => void }
function FilesOf({ held, changed, onChange }: FilesProps) {
  const say = useWords(words);
  const [open, setOpen] = useState<string | null>(null);
  const [unread, setUnread] = useState<string | null>(null);
  const names = [...new Set([...Object.keys(held), ...Object.keys(changed)])].sort();
  const mark = (name: string) => (!(name in held) ? say("added") : name in changed && changed[name] !== held[name] ? say("changed") : null);
  const bring = async (files: readonly File[]) => {
    setUnread(null);
    const read = await Promise.all(files.map(async (file) => [file.name, await file.text().catch(() => null)] as const));
    setUnread(read.find(([, text]) => text === null)?.[0] ?? null);
    onChange({ ...changed, ...Object.fromEntries(read.filter((one): one is [string, string] => one[1] !== null)) });
  };
  const reset = (name: string) => { onChange(Object.fromEntries(Object.entries(changed).filter(([key]) => key !== name))); setOpen(null); };
  return (
    <fieldset className={`${css.form} ${css.bare}`}>
      <legend><strong>{say("files")}</strong></legend>
      <p className={css.hint}>{say("filesHint")}</p>
      <div className={css.files}>
        {names.map((name) => <button key={name} type="button" className={css.file} aria-pressed={open === name} onClick={() => setOpen(open === name ? null : name)} data-testid={`file-${name}`}><span className="mono">{name}</span>{mark(name) && <span className={css.mark}>{mark(name)}</span>}</button>)}
        <label className={css.bring}>{say("bring")}<input type="file" multiple accept=".yaml,.yml" className="visually-hidden" onChange={(event) => { void bring([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ""; }} data-testid="bring-files" /></label>
      </div>
      {unread && <p role="alert" className={css.hint}>{say("unread", { file: unread })}</p>}
      {open !== null && (
        <>
          <Textarea aria-label={say("text", { file: open })} value={changed[open] ?? held[open] ?? ""} onChange={(event) => onChange({ ...changed, [open]: event.currentTarget.value })} autosize minRows={8} maxRows={24} spellCheck={false} classNames={{ input: "mono" }} data-testid="file-text" />
          {mark(open) && <div><Button variant="default" size="sm" onClick={() => reset(open)} data-testid="file-reset">{say("reset")}</Button></div>}
        </>
      )}
    </fieldset>
  );
}

function Ask({ root, items, isRunning, onBegun }: { root: Equipment; items: readonly Equipment[]; isRunning: boolean; onBegun: (id: string) => void }) {
  const say = useWords(words);
  const nowMs = useNowMs();
  const period = usePeriod(root.id, root.timezone);
  const { data, error, refetch } = useQuery(filesQuery());
  const [changed, setChanged] = useState<Files>({});
  const [where, setWhere] = useState<string | null>(null);
  const begin = useBegin(onBegun);
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={5} />;
  const documents = documentsOf(data.documents, changed);
  const start = () => {
    if (!period.window) return;
    const span = soFar(period.window, nowMs);
    begin.mutate({ documents, from: span.start, to: span.end, equipment: where ? [Number(where)] : [] });
  };
  return (
    <Panel title={say("what")} tools={<PeriodChooser period={period} />} testid="replay-ask">
      <div className={css.form}>
        {!period.window && <NoWindow period={period} />}
        <div className={css.choices}><Select w={320} label={say("equipment")} placeholder={say("all")} searchable clearable value={where} onChange={setWhere} data={items.map((one) => ({ value: String(one.id), label: one.path }))} data-testid="replay-equipment" /></div>
        <FilesOf held={data.documents} changed={changed} onChange={setChanged} />
        {!documents && <p className={css.hint}>{say("nothingChanged")}</p>}
        {begin.error && <ProblemNotice error={begin.error} compact />}
        <div className={css.buttons}><Button onClick={start} disabled={!period.window || isRunning} loading={begin.isPending} data-testid="replay-begin">{say("begin")}</Button></div>
      </div>
    </Panel>
  );
}

/** How far it is; then what it found, or why it ended without. */
function Answer({ id }: { id: string }) {
  const say = useWords(words);
  const language = useLanguage();
  const work = useQuery(workQuery(id));
  const isDone = work.data?.state === "done";
  const found = useQuery({ ...replayQuery(id), enabled: isDone || work.error !== null, retry: false });
  if (found.data) return <Found replay={found.data} />;
  if (found.error && asProblem(found.error).status === 404) return <Panel><Empty icon="clock" title={say("lost")} hint={say("lostHint")} /></Panel>;
  if (found.error) return <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />;
  if (work.data?.state === "failed") return <Panel testid="replay-failed"><Empty icon="jam" title={say("failed")} hint={work.data.detail} /></Panel>;
  const share = work.data?.total ? Math.min(work.data.done / work.data.total, 1) : 0;
  const text = say("running", { share: formatRatio(share, language, 0) });
  return <Panel title={text} testid="replay-running"><progress className={css.progress} value={share} max={1} aria-label={text} /></Panel>;
}

function Page({ root, items }: { root: Equipment; items: readonly Equipment[] }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { replay } = useSearchText();
  const work = useQuery({ ...workQuery(replay ?? ""), enabled: replay !== undefined });
  return (
    <div className={css.page} data-testid="replay">
      <div className={css.titleRow}><h1>{say("title")}</h1></div>
      <p className={css.why}>{say("why")}</p>
      <Ask root={root} items={items} isRunning={replay !== undefined && work.data?.state === "running"} onBegun={(id) => change({ replay: id })} />
      {replay ? <Answer key={replay} id={replay} /> : <Panel><Empty icon="undo" title={say("none")} hint={say("noneHint")} compact /></Panel>}
    </div>
  );
}

export default function ReplayPage() {
  const { map, isPending, error, refetch } = useEquipment();
  const say = useWords(words);
  if (isPending) return <Waiting lines={6} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const root = map.roots[0];
  return root ? <Page root={root} items={map.items} /> : <Empty icon="plant" title={say("none")} hint={say("noneHint")} />;
}
