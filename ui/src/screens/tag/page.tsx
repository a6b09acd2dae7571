// The tag page: what the value is, how far it may be believed and why, where it is read, and what it was.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useCallback, useRef } from "react";
import { serverNowMs } from "@/api/client";
import { signalQuery } from "@/api/queries";
import type { Follows, Wiring } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { useCorrectedIn } from "@/corrections/corrected";
import { Corrections } from "@/corrections/panel";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { ExportButton } from "@/exports/export-dialog";
import { useTopicWanted } from "@/live/live";
import { Samples } from "@/screens/tag/samples";
import css from "@/screens/tag/tag.module.css";
import { Uses } from "@/screens/tag/uses";
import { words } from "@/screens/tag/words";
import { formatDuration, formatMeasured, NOTHING, unitSymbol } from "@/show/format";
import { When } from "@/show/show";
import { download } from "@/signals/csv";
import { type Newest, NUMERIC, useNewest, valueWithUnit } from "@/signals/newest";
import { codeOf, gradeOf } from "@/signals/quality";
import { QualitySign } from "@/signals/quality-sign";
import { kindWords, meaningWords, words as signalWords } from "@/signals/words";
import type { Picture } from "@/trend/paint";
import { rowsOf } from "@/trend/save";
import { TagTrend } from "@/trend/tag-trend";
import { connectionOf, Go, placeOf, tagOf, tagsOf } from "@/view/place";
import { PeriodChooser } from "@/view/period-chooser";
import { usePeriod, type Window } from "@/view/period";
import { words as periodWords } from "@/view/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const MINUTE_MS = 60_000;

interface FactProps { name: string; children: ReactNode; testid?: string }
function Fact({ name, children, testid }: FactProps) {
  return <><dt>{name}</dt><dd data-testid={testid}>{children}</dd></>;
}

function Device({ newest }: { newest: Newest }) {
  const say = useWords(words);
  const language = useLanguage();
  if (newest.deviceMs === null || newest.deviceMs === newest.tsMs) return <span className="quiet">{say("deviceSame")}</span>;
  const time = formatDuration(Math.abs(newest.deviceMs - newest.tsMs) * 1000, language);
  return <><When at={newest.deviceMs} as="exact" /> <span className="quiet">{say(newest.deviceMs < newest.tsMs ? "behind" : "ahead", { time })}</span></>;
}

/** What the protocol itself said of the newest sample, in the device's own words. */
function Native({ tag }: { tag: Wiring }) {
  const say = useWords(words);
  if (!tag.native) return <span className="quiet">{say("nativeNone")}</span>;
  return <><span translate="no">{tag.native.words ?? say("nativeUnknown")}</span> <span className="mono quiet">{`0x${tag.native.code.toString(16).toUpperCase().padStart(2, "0")}`}</span></>;
}

function Now({ tag }: { tag: Wiring }) {
  const say = useWords(words);
  const saySignal = useWords(signalWords);
  const language = useLanguage();
  const newest = useNewest(tag);
  const meanings = meaningWords[language] as Record<string, string>;
  if (!newest) return <Panel title={say("now")}><Empty compact title={saySignal("none")} hint={saySignal("noneHint")} /></Panel>;
  return (
    <Panel title={say("now")} testid="tag-now">
      <div className="live">
        <div className={css.value} translate="no" data-testid="tag-value">{valueWithUnit(newest, tag, language)}</div>
        <QualitySign quality={newest.quality} />
        <p className={css.meaning} data-testid="quality-meaning">{meanings[codeOf(newest.quality)] ?? meanings[gradeOf(newest.quality)]}</p>
        <dl className={css.facts}>
          <Fact name={say("ts")} testid="tag-ts"><When at={newest.tsMs} as="exact" /></Fact>
          <Fact name={say("device")} testid="tag-device"><Device newest={newest} /></Fact>
          {tag.connection && NUMERIC.has(tag.kind) && <Fact name={say("rawValue")} testid="tag-raw"><span translate="no">{typeof tag.raw === "number" ? formatMeasured(tag.raw, language) : String(tag.raw ?? NOTHING)}</span></Fact>}
          {(tag.connection || tag.native) && <Fact name={say(tag.connection ? "native" : "reason")} testid="tag-native"><Native tag={tag} /></Fact>}
          <Fact name={say("code")}><span className="mono">{`0x${newest.quality.toString(16).padStart(4, "0")}`}</span></Fact>
        </dl>
      </div>
    </Panel>
  );
}

function Scan({ tag }: { tag: Wiring }) {
  const say = useWords(words);
  const language = useLanguage();
  if (tag.interval_ms === null) return <span translate="no">{tag.scan}</span>;
  return say(tag.mode === "poll" ? "poll" : "subscribe", { name: tag.scan, time: formatDuration(tag.interval_ms * 1000, language) });
}

/** Tags that others are computed from, each the way to its own page. */
function TagNames({ names }: { names: Follows[] }) {
  return <ul className={css.names}>{names.map((one) => <li key={one.path} translate="no">{one.id === null ? one.path : <Go to={tagOf(one.id)} className="link" testid="to-tag">{one.path}</Go>}</li>)}</ul>;
}

function Source({ tag }: { tag: Wiring }) {
  const say = useWords(words);
  const language = useLanguage();
  const { map } = useEquipment();
  const equipment = map.byId(tag.equipment_id);
  const scaled = tag.scale !== 1 || tag.offset !== 0;
  return (
    <Panel title={say("wiring")} testid="tag-source">
      <dl className={css.facts}>
        {equipment && <Fact name={say("equipment")}><Go to={placeOf(equipment)} className="link">{equipment.name}</Go></Fact>}
        <Fact name={say("connection")}>{tag.connection ? <Go to={connectionOf(tag.connection)} className="link" testid="to-connection"><span translate="no">{tag.connection}</span></Go> : say(tag.expression ? "computed" : tag.figure ? "carries" : "internal")}</Fact>
        {tag.expression && <Fact name={say("expression")} testid="tag-expression"><code className="mono" translate="no">{tag.expression}</code></Fact>}
        {tag.figure && <Fact name={say("figure")} testid="tag-figure"><code className="mono" translate="no">{tag.figure}</code></Fact>}
        {tag.inputs.length > 0 && <Fact name={say("inputs")} testid="tag-inputs"><TagNames names={tag.inputs} /></Fact>}
        {tag.computed_from_it.length > 0 && <Fact name={say("computedFromIt")} testid="tag-computed"><TagNames names={tag.computed_from_it} /></Fact>}
        {tag.address && <Fact name={say("address")} testid="tag-address"><span className="mono">{tag.address}</span></Fact>}
        {tag.connection && <Fact name={say("scan")}><Scan tag={tag} /></Fact>}
        <Fact name={say("kind")}>{wordFor(kindWords, language, tag.kind)}</Fact>
        {unitSymbol(tag.unit) && <Fact name={say("unit")}><span translate="no">{unitSymbol(tag.unit)}</span></Fact>}
        {tag.connection && <Fact name={say("scaling")}>{scaled ? say("raw", { scale: formatMeasured(tag.scale, language), offset: formatMeasured(tag.offset, language) }) : say("unscaled")}</Fact>}
        {tag.connection && <Fact name={say("deadband")}>{tag.deadband > 0 ? `${formatMeasured(tag.deadband, language)} ${unitSymbol(tag.unit)}` : say("every")}</Fact>}
      </dl>
    </Panel>
  );
}

function History({ tag, window }: { tag: Wiring; window: Window }) {
  const say = useWords(words);
  const language = useLanguage();
  const drawn = useRef<Picture>(null);
  const onShown = useCallback((picture: Picture) => { drawn.current = picture; }, []);
  const save = () => { if (drawn.current) download(`${tag.path}-trend.csv`, rowsOf(drawn.current, [{ tag: tag.id, no: 1, path: tag.path, unit: tag.unit }]), language); };
  const numeric = NUMERIC.has(tag.kind);
  const corrected = useCorrectedIn(tag.id, window);
  const tools = numeric && <Button size="xs" variant="default" onClick={save} data-testid="export-trend">{say("export")}</Button>;
  return (
    <>
      <Panel title={say("trend")} tools={tools} flush>
        {numeric ? <>{corrected && <p className={css.note}>{say("sentDotted")}</p>}<TagTrend tag={tag} window={window} beside={corrected ? "0" : null} onShown={onShown} /></> : <Empty compact title={say("noTrend")} hint={say("noTrendHint")} />}
      </Panel>
      <Samples tag={tag} window={window} sent={corrected} />
      <Corrections tag={tag} span={spanOf(window)} />
    </>
  );
}

/** The window as far as it has come. */
const spanOf = (window: Window) => () => ({ t0: window.t0, t1: Math.max(window.t0 + MINUTE_MS, Math.min(window.t1, serverNowMs())) });

function TagView({ tag }: { tag: Wiring }) {
  const sayPeriod = useWords(periodWords);
  const { map } = useEquipment();
  const equipment = map.byId(tag.equipment_id);
  const period = usePeriod(tag.equipment_id, equipment?.timezone);
  useTopicWanted(`tags/${tag.equipment_id}`);
  return (
    <div className={css.page}>
      <div className={css.titleRow}>
        <div className={css.title}>
          <h1 translate="no">{tag.property}</h1>
          {equipment && <Go to={tagsOf(equipment.path)} className="link"><span translate="no">{equipment.path}</span></Go>}
        </div>
        <div className={css.tools}>{period.window && <ExportButton tags={[tag.id]} span={spanOf(period.window)} equipment={equipment ?? null} />}<PeriodChooser period={period} /></div>
      </div>
      <div className={css.pair}><Now tag={tag} /><div className={css.column}><Source tag={tag} /><Uses tag={tag} /></div></div>
      {period.window ? <History tag={tag} window={period.window} /> : period.isPending ? <Waiting lines={8} /> : <Panel><Empty icon="clock" title={sayPeriod(period.name === "custom" ? "badRange" : "noShift")} hint={sayPeriod("noShiftHint")} /></Panel>}
    </div>
  );
}

const TAG = /^\/tag\/(\d{1,15})\/?$/;

export default function TagPage() {
  const id = useRouterState({ select: (state) => TAG.exec(state.location.pathname)?.[1] ?? null });
  const { data, error, refetch } = useQuery({ ...signalQuery(Number(id ?? 0)), enabled: id !== null, refetchInterval: 1_000 });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return data ? <TagView key={data.id} tag={data} /> : <Waiting lines={10} />;
}
