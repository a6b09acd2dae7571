// Where machines ran too slowly, and how much of the speed loss that was; each stretch opens down to the counter.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Span } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { Opens } from "@/explain/opens";
import { Told } from "@/explain/told";
import { Give } from "@/giving/give";
import type { Table } from "@/giving/table";
import { useProductName } from "@/jobs/jobs";
import { formatDuration, formatNumber, formatRatio, NOTHING } from "@/show/format";
import { Lasting, When } from "@/show/show";
import { isTooLong, type SlowRunning, slowQuery, type SlowStretch, toTheMinute } from "@/slow/ask";
import css from "@/slow/slow.module.css";
import { words } from "@/slow/words";
import { Go, timelineOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN_MAX = 100;
const AROUND_MS = 30 * 60_000;
const HEADS = ["start", "duration", "machine", "product", "rate", "standard", "share", "lost", "pieces"] as const;
const RIGHT: readonly string[] = ["duration", "rate", "standard", "share", "lost", "pieces"];

function Row({ one }: { one: SlowStretch }) {
  const say = useWords(words);
  const language = useLanguage();
  const { map } = useEquipment();
  const productName = useProductName();
  const unit = map.byId(one.equipment_id);
  const [t0, t1] = [Date.parse(one.start), Date.parse(one.end)];
  const around = { period: "custom", start: new Date(t0 - AROUND_MS).toISOString(), end: new Date(t1 + AROUND_MS).toISOString(), sel: String(one.equipment_id), at: new Date(t0 + (t1 - t0) / 2).toISOString() };
  const ask = (key: string) => ({ key, equipmentId: one.equipment_id, start: one.start, end: one.end });
  const rule = say("rule", { below: formatRatio(one.below, language, 0), time: formatDuration(one.for_s * 1e6, language) });
  return (
    <tr data-testid="slow" data-start={one.start}>
      <td><When at={one.start} as="full" /></td>
      <td className={css.right}><Opens question={ask("availability/elapsed_us")}><Lasting us={one.elapsed_us} /></Opens></td>
      <td>{unit?.name}</td>
      <td>{one.products.map(productName).join(", ")}</td>
      <td className={css.right}><Opens question={ask("quality_ratio/pq")}>{formatNumber(one.rate_upm, language, 1)}</Opens></td>
      <td className={css.right}><Opens question={ask("effectiveness/pri_pq_ns")}>{formatNumber(one.standard_upm, language, 1)}</Opens></td>
      <td className={css.right}><Opens question={ask("effectiveness")} title={rule} testid="slow-share">{formatRatio(one.share, language, 1)}</Opens></td>
      <td className={css.right}><Opens question={ask("effectiveness")}><Lasting us={one.lost_us} /></Opens></td>
      <td className={css.right}><Opens question={ask("effectiveness")}>{formatNumber(one.planned - one.produced, language)}</Opens></td>
      <td className={css.right}>{unit && <Go to={timelineOf(unit.path)} search={around} className="link" testid="slow-timeline">{say("timeline")}</Go>}</td>
    </tr>
  );
}

function useTable(here: Equipment): (data: SlowRunning) => Table {
  const say = useWords(words);
  const { map } = useEquipment();
  return ({ items }) => ({
    name: `${say("title")} ${here.name}`,
    head: [say("start"), "end", `${say("duration")} (s)`, say("machine"), "path", say("product"), say("rate"), say("standard"), say("share"), `${say("lost")} (s)`, say("pieces")],
    rows: items.map((one) => {
      const unit = map.byId(one.equipment_id);
      return [one.start, one.end, one.elapsed_us / 1e6, unit?.name ?? "", unit?.path ?? "", one.products.join(" "), one.rate_upm, one.standard_upm, one.share, one.lost_us / 1e6, one.planned - one.produced];
    }),
  });
}

function Split({ here, span, data }: { here: Equipment; span: Span; data: SlowRunning }) {
  const say = useWords(words);
  const language = useLanguage();
  const text = (us: number | null) => (us === null ? NOTHING : formatDuration(Math.round(us / 1e6) * 1e6, language));
  const opens = (part: "speed" | "slow" | "rest") => <Opens question={{ key: `speed-loss/${part}`, equipmentId: here.id, ...span }} testid={`slow-split-${part}`}>{text(data[`${part}_us`])}</Opens>;
  return (
    <p className={css.split} data-testid="slow-split">
      {data.speed_us === null ? say("unknown") : <Told write={(values) => say("split", values)} parts={{ speed: opens("speed"), slow: opens("slow"), rest: opens("rest") }} />}
      {data.partial && ` · ${say("partial")}`}
    </p>
  );
}

function Rows({ data }: { data: SlowRunning }) {
  const say = useWords(words);
  const nobody = data.rules.every((rule) => rule.below === null);
  if (data.items.length === 0) return <Empty compact icon={nobody ? "info" : "check"} title={say(nobody ? "unsaid" : "none")} hint={nobody ? data.hints.join(" · ") : say("noneHint")} />;
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("list")}>
      <table className={css.table} data-testid="slow-table">
        <thead><tr>{HEADS.map((key) => <th key={key} scope="col" className={RIGHT.includes(key) ? css.right : undefined}>{say(key)}</th>)}<td /></tr></thead>
        <tbody>{data.items.slice(0, SHOWN_MAX).map((one) => <Row key={`${one.equipment_id} ${one.start}`} one={one} />)}</tbody>
      </table>
      {data.items.length > SHOWN_MAX && <p className={css.split}>{say("shown", { n: SHOWN_MAX })}</p>}
    </div>
  );
}

export function SlowPanel({ here, span: asked }: { here: Equipment; span: Span }) {
  const say = useWords(words);
  const tableOf = useTable(here);
  const span = toTheMinute(asked);
  const isLong = isTooLong(span);
  const { data, error, isPending, refetch, dataUpdatedAt: readMs } = useQuery({ ...slowQuery(here.id, span), placeholderData: keepPreviousData, enabled: !isLong });
  return (
    <Panel title={say("title")} tools={<Give of={{ here, ...span, readMs }} table={() => tableOf(data as SlowRunning)} disabled={!data || isLong} />} testid="slow-panel">
      {isLong && <Empty compact icon="clock" title={say("tooLong")} hint={say("tooLongHint")} />}
      {!isLong && error && !data && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {!isLong && isPending && <Waiting lines={3} />}
      {!isLong && data && <><Split here={here} span={span} data={data} /><Rows data={data} /></>}
    </Panel>
  );
}
