// The page of restatements: which past by which definitions, what that would move, and all that were ever made.
import { Button, MultiSelect, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "@/api/problem";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useNowMs } from "@/live/now";
import { workQuery } from "@/screens/replay/api";
import css from "@/screens/replay/replay.module.css";
import { madeQuery, planQuery, type Restatement, SECTIONS, shareOf, usePlan, versionsQuery } from "@/screens/restate/api";
import { UndoDialog } from "@/screens/restate/dialogs";
import { Found } from "@/screens/restate/found";
import { words } from "@/screens/restate/words";
import { formatRatio } from "@/show/format";
import { When } from "@/show/show";
import { NoWindow } from "@/view/no-window";
import { PeriodChooser } from "@/view/period-chooser";
import { soFar, usePeriod } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const NOW = "now";

function Ask({ root, isRunning, onBegun }: { root: Equipment; isRunning: boolean; onBegun: (id: string) => void }) {
  const say = useWords(words);
  const nowMs = useNowMs();
  const period = usePeriod(root.id, root.timezone);
  const [only, setOnly] = useState<string[]>([]);
  const [version, setVersion] = useState(NOW);
  const { data: versions } = useQuery(versionsQuery());
  const plan = usePlan(onBegun);
  const begin = () => {
    if (!period.window) return;
    plan.mutate({ ...soFar(period.window, nowMs), only, version: version === NOW ? null : Number(version) });
  };
  const taken = [{ value: NOW, label: say("now") }, ...(versions?.items ?? []).map((one) => ({ value: String(one.version), label: say("ofVersion", { n: one.version }) }))];
  return (
    <Panel title={say("what")} tools={<PeriodChooser period={period} />} testid="restate-ask">
      <div className={css.form}>
        {!period.window && <NoWindow period={period} />}
        <div className={css.choices}>
          <MultiSelect w={420} label={say("sections")} placeholder={only.length === 0 ? say("all") : ""} clearable value={only} onChange={setOnly} data={SECTIONS.map((value) => ({ value, label: say(value) }))} data-testid="restate-only" />
          <Select w={240} label={say("version")} allowDeselect={false} value={version} onChange={(value) => setVersion(value ?? NOW)} data={taken} data-testid="restate-version" />
        </div>
        {plan.error && <ProblemNotice error={plan.error} compact />}
        <div className={css.buttons}><Button onClick={begin} disabled={!period.window || isRunning} loading={plan.isPending} data-testid="restate-begin">{say("begin")}</Button></div>
      </div>
    </Panel>
  );
}

/** How far it is; then what would move, or why it ended without. */
function Answer({ id, onDone }: { id: string; onDone: () => void }) {
  const say = useWords(words);
  const language = useLanguage();
  const work = useQuery(workQuery(id));
  const found = useQuery({ ...planQuery(id), enabled: work.data?.state === "done" || work.error !== null, retry: false });
  if (found.data) return <Found plan={found.data} onDone={onDone} />;
  if (found.error && asProblem(found.error).status === 404) return <Panel><Empty icon="clock" title={say("lost")} hint={say("lostHint")} /></Panel>;
  if (found.error) return <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />;
  if (work.data?.state === "failed") return <Panel testid="restate-failed"><Empty icon="jam" title={say("failed")} hint={work.data.detail} /></Panel>;
  const share = work.data?.total ? Math.min(work.data.done / work.data.total, 1) : 0;
  const text = say("running", { share: formatRatio(share, language, 0) });
  return <Panel title={text} testid="restate-running"><progress className={css.progress} value={share} max={1} aria-label={text} /></Panel>;
}

function Row({ one, onUndo }: { one: Restatement; onUndo: () => void }) {
  const say = useWords(words);
  const language = useLanguage();
  const sections = [...new Set(one.changes.map((changed) => changed.section))].map((section) => say(section));
  const state = one.undone_by !== null ? say("undone", { n: one.undone_by }) : one.settled ? say("settled") : say("working", { share: formatRatio(shareOf(one), language, 0) });
  return (
    <tr data-testid="restatement">
      <th scope="row">{one.id}</th><td><When at={one.at} as="minute" /></td><td>{one.by}</td><td><When at={one.start} as="minute" /> – <When at={one.end} as="minute" /></td>
      <td>{one.undoes === null ? sections.join(", ") : say("undoes", { n: one.undoes })}</td><td>{one.why}</td><td data-testid="restatement-state">{state}</td>
      <td className={css.right}>{one.undone_by === null && one.settled && <Button size="xs" variant="default" onClick={onUndo} aria-label={say("undoTitle", { n: one.id })} data-testid="restatement-undo">{say("undo")}</Button>}</td>
    </tr>
  );
}

function Made() {
  const say = useWords(words);
  const found = useInfiniteQuery(madeQuery());
  const [asked, setAsked] = useState<Restatement | null>(null);
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={say("history")} flush testid="restatements">
      {found.error && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} compact />}
      {found.isPending && <Waiting lines={2} />}
      {found.data && rows.length === 0 && <Empty compact icon="clock" title={say("nothing")} />}
      {rows.length > 0 && (
        <div className={css.box} tabIndex={0} role="region" aria-label={say("history")}>
          <table className={css.table}>
            <thead><tr><th scope="col">{say("number")}</th><th scope="col">{say("when")}</th><th scope="col">{say("by")}</th><th scope="col">{say("period")}</th><th scope="col">{say("which")}</th><th scope="col">{say("reasonHead")}</th><th scope="col">{say("state")}</th><td /></tr></thead>
            <tbody>{rows.map((one) => <Row key={one.id} one={one} onUndo={() => setAsked(one)} />)}</tbody>
          </table>
        </div>
      )}
      {found.hasNextPage && <div className={css.same}><Button size="xs" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{say("older")}</Button></div>}
      {asked && <UndoDialog made={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function Page({ root }: { root: Equipment }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { plan } = useSearchText();
  const work = useQuery({ ...workQuery(plan ?? ""), enabled: plan !== undefined });
  return (
    <div className={css.page} data-testid="restate">
      <div className={css.titleRow}><h1>{say("title")}</h1></div>
      <p className={css.why}>{say("why")}</p>
      <Ask root={root} isRunning={plan !== undefined && work.data?.state === "running"} onBegun={(id) => change({ plan: id })} />
      {plan ? <Answer key={plan} id={plan} onDone={() => change({ plan: null })} /> : <Panel><Empty icon="undo" title={say("none")} hint={say("noneHint")} compact /></Panel>}
      <Made />
    </div>
  );
}

export default function RestatePage() {
  const { map, isPending, error, refetch } = useEquipment();
  const say = useWords(words);
  if (isPending) return <Waiting lines={6} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const root = map.roots[0];
  return root ? <Page root={root} /> : <Empty icon="plant" title={say("none")} hint={say("noneHint")} />;
}
