// What a period came to, told apart by any words: KPIs of each group beside those of the time before.
import { MultiSelect, Progress, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { catalogueQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { AtPlace } from "@/app/at-place";
import { useJobs } from "@/app/jobs-indicator";
import { Empty, ProblemNotice } from "@/design/notice";
import { Panel } from "@/design/panel";
import { Give } from "@/giving/give";
import { type Asked, askedIn, canCompare, groupedQuery, WORDS } from "@/groups/ask";
import { words } from "@/groups/words";
import { AsKnown } from "@/knowing/as-known";
import { useKnown } from "@/knowing/known";
import { kpiWords } from "@/kpi/words";
import { useNowMs } from "@/live/now";
import { COMPARES, earlier } from "@/losses/ask";
import css from "@/screens/groups/groups.module.css";
import { GroupTable, useGroupsTable } from "@/screens/groups/table";
import { NoWindow } from "@/view/no-window";
import { groupsOf } from "@/view/place";
import { PeriodChooser } from "@/view/period-chooser";
import { asSpan, soFar, usePeriod, type Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const WORK = "Figures by group"; // what the server calls it while it adds up

function Choices({ asked }: { asked: Asked }) {
  const say = useWords(words);
  const language = useLanguage();
  const change = useChangeSearch();
  const { data = [] } = useQuery(catalogueQuery());
  const known = data.filter((kpi) => !kpi.waits_for && !kpi.problem);
  const nameOf = (id: string, name: string) => (id in kpiWords.en ? wordFor(kpiWords, language, id) : name);
  return (
    <div className={css.choices}>
      <MultiSelect size="sm" w={360} label={say("by")} value={[...asked.by]} onChange={(by) => change({ by: by.join(",") || null })} data={WORDS.map((value) => ({ value, label: say(value) }))} data-testid="groups-by" />
      <MultiSelect size="sm" w={460} label={say("kpis")} searchable value={[...asked.kpis]} onChange={(kpis) => change({ kpis: kpis.join(",") || null })} data={known.map((kpi) => ({ value: kpi.id, label: nameOf(kpi.id, kpi.name) }))} data-testid="groups-kpis" />
      <Select size="sm" w={210} label={say("compare")} allowDeselect={false} disabled={!canCompare(asked)} value={asked.compare} onChange={(compare) => change({ compare: compare === "none" ? null : compare })} data={COMPARES.map((value) => ({ value, label: say(value === "none" ? "compareNone" : value === "previous" ? "comparePrevious" : "compareWeek") }))} data-testid="groups-compare" />
    </div>
  );
}

/** How far the server is; a short question is answered before it says so. */
function Adding() {
  const say = useWords(words);
  const work = useJobs().find((job) => job.title === WORK && job.state === "running");
  const share = work?.total ? work.done / work.total : null;
  return (
    <div className={css.waits} role="status" data-testid="groups-waits">
      <span>{work?.total ? say("waits", { done: work.done, all: work.total }) : say("waitsLong")}</span>
      <Progress value={(share ?? 1) * 100} animated={share === null} aria-label={say("waitsLong")} />
    </div>
  );
}

function GroupsIn({ here, window: at, asked }: { here: Equipment; window: Window; asked: Asked }) {
  const say = useWords(words);
  const known = useKnown();
  const [readAt] = useState(useNowMs()); // a long question is not asked again each minute
  const [window] = useState(at);
  const now = soFar(window, readAt);
  const then = canCompare(asked) ? earlier(window, Date.parse(now.end), { compare: asked.compare, zone: here.timezone ?? undefined }) : null;
  const spans = { now, before: then && asSpan({ ...window, ...then }) };
  const found = useQuery({ ...groupedQuery(here.id, spans.now, { ...asked, ...known }), placeholderData: keepPreviousData });
  const was = useQuery({ ...groupedQuery(here.id, spans.before ?? spans.now, { ...asked, ...known }), enabled: spans.before !== null });
  const tableOf = useGroupsTable();
  const isOld = found.isPlaceholderData || (spans.before !== null && was.isPending);
  const compared = found.data && { found: found.data, before: spans.before ? was.data : undefined, here, asked: { ...asked, by: found.data.by }, spans };
  return (
    <Panel title={asked.by.map((word) => say(word)).join(" · ")} flush testid="groups-panel" tools={<Give of={{ here, ...spans.now, readMs: found.dataUpdatedAt, before: spans.before }} table={() => tableOf(compared as NonNullable<typeof compared>)} disabled={!compared || isOld} />}>
      {found.error && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} compact />}
      {was.error && spans.before && <ProblemNotice error={was.error} compact />}
      {!found.error && (found.isPending || isOld) && <Adding />}
      {!found.error && compared && !found.isPlaceholderData && (compared.found.items.length > 0 ? <GroupTable {...compared} /> : <Empty compact icon="info" title={say("empty")} hint={compared.found.hints.join(" · ") || say("emptyHint")} />)}
      <p className={css.help}>{[say("help"), found.data?.partial && say("partial"), asked.compare !== "none" && !canCompare(asked) && say("noCompare")].filter(Boolean).join(" ")}</p>
    </Panel>
  );
}

function GroupsOf({ here }: { here: Equipment }) {
  const say = useWords(words);
  const search = useSearchText();
  const asked = askedIn(search);
  const period = usePeriod(here.id, here.timezone);
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><PeriodChooser period={period} /></div>
      <AsKnown />
      <Choices asked={asked} />
      {period.window ? <GroupsIn key={[period.name, search["start"], search["end"]].join(" ")} here={here} window={period.window} asked={asked} /> : <NoWindow period={period} />}
    </div>
  );
}

export default function GroupsPage() {
  return <AtPlace at={groupsOf} Shown={GroupsOf} />;
}
