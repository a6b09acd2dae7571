// Bring in the history of another system: send the file, see what would come in, match series with signals, store it.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemNotice } from "@/design/notice";
import { Panel } from "@/design/panel";
import { begin, type Choices, faultsOf, filesQuery, historiesQuery, PLAIN, type SentFile } from "@/screens/import-history/api";
import { Found } from "@/screens/import-history/found";
import css from "@/screens/import-history/import-history.module.css";
import { Mine, useShare } from "@/screens/import-history/mine";
import { SendingPart } from "@/screens/import-history/sending";
import { saidOf } from "@/screens/import-history/said";
import { words } from "@/screens/import-history/words";
import { Go } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

type Choose = (change: Partial<Choices>) => void;

function Reading({ choices, choose }: { choices: Choices; choose: Choose }) {
  const say = useWords(words);
  return (
    <>
      <div className={css.grid}>
        <TextInput label={say("zone")} description={say("zoneHint")} value={choices.zone} onChange={(event) => choose({ zone: event.currentTarget.value })} maxLength={60} data-testid="history-zone" />
        <TextInput label={say("pattern")} description={say("patternHint")} value={choices.pattern} onChange={(event) => choose({ pattern: event.currentTarget.value })} maxLength={60} />
        <TextInput label={say("prefix")} description={say("prefixHint")} value={choices.prefix} onChange={(event) => choose({ prefix: event.currentTarget.value })} maxLength={300} data-testid="history-prefix" />
      </div>
      <div className={css.checks}>
        <Checkbox label={say("leave")} checked={choices.leaveOut} onChange={(event) => choose({ leaveOut: event.currentTarget.checked })} data-testid="history-leave" />
        <Checkbox label={say("again")} checked={choices.again} onChange={(event) => choose({ again: event.currentTarget.checked })} />
      </div>
    </>
  );
}

/** What was looked at, and under which choices: others may have been made since. */
interface Looked { id: string; choices: Choices }
const sameReading = (a: Choices, b: Choices): boolean => JSON.stringify({ ...a, leaveOut: false, again: false }) === JSON.stringify({ ...b, leaveOut: false, again: false });

function Work({ file, onDone }: { file: SentFile; onDone: () => void }) {
  const say = useWords(words);
  const language = useLanguage();
  const client = useQueryClient();
  const [choices, setChoices] = useState<Choices>(PLAIN);
  const [looked, setLooked] = useState<Looked | null>(null);
  const choose: Choose = (change) => setChoices((before) => ({ ...before, ...change }));
  const { data } = useQuery(historiesQuery());
  const found = data?.find((one) => one.id === looked?.id);
  const looking = looked !== null && (found === undefined || found.state === "running");
  const share = useShare(looked?.id ?? null);
  const asked = () => client.invalidateQueries({ queryKey: historiesQuery().queryKey });
  const look = useMutation({ mutationFn: () => begin(file.id, choices, true), onSuccess: ({ import_id }) => { setLooked({ id: import_id, choices }); return asked(); } });
  const bring = useMutation({ mutationFn: () => begin(file.id, choices, false), onSuccess: () => { onDone(); return Promise.all([asked(), client.invalidateQueries({ queryKey: filesQuery().queryKey })]); } });
  const onTag = (series: string, path: string | null) => setChoices((before) => ({ ...before, tags: path === null ? Object.fromEntries(Object.entries(before.tags).filter(([name]) => name !== series)) : { ...before.tags, [series]: path } }));
  const isStale = looked !== null && !sameReading(looked.choices, choices);
  const mustMend = found !== undefined && faultsOf(found) > 0 && !choices.leaveOut;
  return (
    <>
      <Panel title={say("read")} testid="history-read">
        <Reading choices={choices} choose={choose} />
        {look.error && <ProblemNotice error={look.error} compact />}
        <div className={css.buttons}><Button variant={looked === null || isStale ? "filled" : "default"} loading={look.isPending} disabled={looking} onClick={() => look.mutate()} data-testid="history-look">{looking ? say("looking", { share }) : say(looked === null ? "look" : "lookAgain")}</Button></div>
      </Panel>
      {found && found.state !== "running" && (
        <Panel title={say("comes")} testid="history-comes">
          {found.state === "failed" && <p className={css.error} role="alert">{saidOf(found.detail, language)}</p>}
          <Found found={found} tags={choices.tags} onTag={onTag} />
          {bring.error && <ProblemNotice error={bring.error} compact />}
          <div className={css.buttons}>
            {(isStale || mustMend) && <span className={css.small} role="status">{say(isStale ? "changed" : "mustMend")}</span>}
            <Button disabled={isStale || mustMend || found.samples === 0} loading={bring.isPending} onClick={() => bring.mutate()} data-testid="history-bring">{say("bring", { n: found.samples })}</Button>
          </div>
        </Panel>
      )}
    </>
  );
}

export default function ImportHistoryPage() {
  const say = useWords(words);
  const [file, setFile] = useState<SentFile | null>(null);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title")}</h1><Go to="/tags" className="link">{say("tags")}</Go></div>
      <SendingPart file={file} onFile={setFile} />
      {file && <Work key={file.id} file={file} onDone={() => setFile(null)} />}
      <Mine />
    </div>
  );
}
