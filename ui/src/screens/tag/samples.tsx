// The last samples of a signal in the window, as they were stored: nothing is averaged here.
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/client";
import type { Page, Scalar, TagValue, Wiring } from "@/api/types";
import { correctable } from "@/corrections/corrections";
import { type Asked, CorrectDialog } from "@/corrections/dialog";
import { useMayCorrect } from "@/corrections/may";
import { words as correctionWords } from "@/corrections/words";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useNowMs } from "@/live/now";
import css from "@/screens/tag/tag.module.css";
import { words } from "@/screens/tag/words";
import { formatMeasured, formatMoment, NOTHING } from "@/show/format";
import { useReader, When } from "@/show/show";
import { download } from "@/signals/csv";
import { QualitySign } from "@/signals/quality-sign";
import { words as signalWords } from "@/signals/words";
import { soFar, type Window } from "@/view/period";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN = 100;
const SENT = "0"; // as known before the first correction
const ASK_AGAIN_MS = 15_000;
const LOOK_BACK_MS = [5_000, 60_000, 15 * 60_000, 4 * 3_600_000, 92 * 86_400_000]; // the API tells from old to new: look back further until there is enough

/** The newest samples before the end of the window, newest first. */
async function lastSamples(tag: number, span: { start: string; end: string; as_of?: string }, signal: AbortSignal): Promise<TagValue[]> {
  const [t0, t1] = [Date.parse(span.start), Date.parse(span.end)];
  let found: TagValue[] = [];
  for (const back of LOOK_BACK_MS) {
    const start = new Date(Math.max(t0, t1 - back)).toISOString();
    const page: Page<TagValue> = await get(`/tags/${tag}/samples`, { start, end: span.end, as_of: span.as_of }, signal);
    if (page.next && found.length > 0) break; // more than a page: what was found closer to the end is newer
    found = page.items;
    if (found.length >= SHOWN || t1 - back <= t0) break;
  }
  return found.slice(-SHOWN).reverse();
}

function Shown({ value }: { value: Scalar }) {
  const language = useLanguage();
  if (value === null) return NOTHING;
  return typeof value === "number" ? formatMeasured(value, language) : <span translate="no">{String(value)}</span>;
}

/** A sample as it counts, and as it was sent; undefined where there is none. */
export interface Pair { ts: string; now: TagValue | undefined; sent: TagValue | undefined }

/** Side by side by time, newest first; of one moment in the order in which they stand. Only as far back as both lists reach. */
export function beside(now: readonly TagValue[], sent: readonly TagValue[]): Pair[] {
  const left = [...sent];
  const pairs = now.map((one): Pair => {
    const at = left.findIndex(({ ts }) => ts === one.ts);
    return { ts: one.ts, now: one, sent: at < 0 ? undefined : left.splice(at, 1)[0] };
  });
  const all = [...pairs, ...left.map((one): Pair => ({ ts: one.ts, now: undefined, sent: one }))].sort((a, b) => (a.ts > b.ts ? -1 : a.ts < b.ts ? 1 : 0));
  const reach = [now, sent].flatMap((list) => (list.length >= SHOWN ? [list.at(-1)?.ts ?? ""] : []));
  return all.filter(({ ts }) => reach.every((from) => ts >= from));
}

interface TableProps { pairs: readonly Pair[]; sent: boolean; onCorrect: ((ts: string) => void) | null }
function Table({ pairs, sent, onCorrect }: TableProps) {
  const say = useWords(words);
  const sayCorrection = useWords(correctionWords);
  const reader = useReader();
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("samples")}>
      <table className={css.table} data-testid="samples">
        <thead><tr>{(["ts", "device", "value", ...(sent ? ["sent" as const] : []), "quality"] as const).map((key) => <th key={key} scope="col" className={key === "value" || key === "sent" ? css.right : undefined}>{say(key)}</th>)}{onCorrect && <th scope="col"><span className="visually-hidden">{say("act")}</span></th>}</tr></thead>
        <tbody>
          {pairs.map(({ ts, now, sent: was }, i) => (
            <tr key={`${ts} ${i}`} data-testid="sample" data-corrected={sent && (now?.value !== was?.value || now?.quality !== was?.quality)}>
              <td><When at={ts} as="exact" /></td>
              <td>{(now ?? was)?.ts_device && <When at={(now ?? was)?.ts_device} as="exact" />}</td>
              <td className={css.right}><Shown value={now?.value ?? null} /></td>
              {sent && <td className={css.right} data-testid="sample-sent">{was && <span className={now ? undefined : css.gone}><Shown value={was.value} /></span>}</td>}
              <td>{now && <QualitySign quality={now.quality} />}</td>
              {onCorrect && <td>{now && <button type="button" className={css.small} onClick={() => onCorrect(ts)} aria-label={sayCorrection("correctOne", { ts: formatMoment(Date.parse(ts), "exact", reader) })} data-testid="sample-correct">{say("correct")}</button>}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `sent`: something of it was corrected, so what was sent stands beside it. */
export function Samples({ tag, window, sent }: { tag: Wiring; window: Window; sent: boolean }) {
  const say = useWords(words);
  const language = useLanguage();
  const saySignal = useWords(signalWords);
  const span = soFar(window, useNowMs(), ASK_AGAIN_MS);
  const { data, error, isPending, refetch } = useQuery({ queryKey: ["last-samples", tag.id, span], queryFn: ({ signal }) => lastSamples(tag.id, span, signal), placeholderData: keepPreviousData });
  const { data: was } = useQuery({ queryKey: ["last-samples", tag.id, span, "sent"], queryFn: ({ signal }) => lastSamples(tag.id, { ...span, as_of: SENT }, signal), placeholderData: keepPreviousData, enabled: sent });
  const may = useMayCorrect(tag.equipment_id) && correctable(tag);
  const [asked, setAsked] = useState<Asked | null>(null);
  const onCorrect = (ts: string) => setAsked({ tag, span: { t0: Date.parse(ts), t1: Date.parse(ts) + 1 }, what: "amend" });
  const both = sent && was !== undefined;
  const pairs = both ? beside(data ?? [], was) : (data ?? []).map((one): Pair => ({ ts: one.ts, now: one, sent: undefined }));
  const save = () => download(`${tag.path}-samples.csv`, [["time", "device time", "value", "quality", "unit"], ...(data ?? []).map((one) => [one.ts, one.ts_device, one.value, one.quality_name, tag.unit])], language);
  const tools = data && data.length > 0 && <Button size="xs" variant="default" onClick={save} data-testid="export-samples">{say("export")}</Button>;
  return (
    <Panel title={say("samples")} tools={tools} flush>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {!error && isPending && <Waiting lines={6} />}
      {data && pairs.length === 0 && <Empty compact title={saySignal("noSamples")} hint={saySignal("noSamplesHint")} />}
      {data && pairs.length > 0 && <Table pairs={pairs} sent={both} onCorrect={may ? onCorrect : null} />}
      <CorrectDialog asked={asked} onClose={() => setAsked(null)} />
    </Panel>
  );
}
