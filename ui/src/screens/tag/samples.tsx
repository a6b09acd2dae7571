// The last samples of a signal in the window, as they were stored: nothing is averaged here.
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Page, Scalar, TagValue, Wiring } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useNowMs } from "@/live/now";
import css from "@/screens/tag/tag.module.css";
import { words } from "@/screens/tag/words";
import { formatMeasured, NOTHING } from "@/show/format";
import { When } from "@/show/show";
import { download } from "@/signals/csv";
import { QualitySign } from "@/signals/quality-sign";
import { words as signalWords } from "@/signals/words";
import { soFar, type Window } from "@/view/period";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN = 100;
const ASK_AGAIN_MS = 15_000;
const LOOK_BACK_MS = [5_000, 60_000, 15 * 60_000, 4 * 3_600_000, 92 * 86_400_000]; // the API tells from old to new: look back further until there is enough

/** The newest samples before the end of the window, newest first. */
async function lastSamples(tag: number, span: { start: string; end: string }, signal: AbortSignal): Promise<TagValue[]> {
  const [t0, t1] = [Date.parse(span.start), Date.parse(span.end)];
  let found: TagValue[] = [];
  for (const back of LOOK_BACK_MS) {
    const start = new Date(Math.max(t0, t1 - back)).toISOString();
    const page: Page<TagValue> = await get(`/tags/${tag}/samples`, { start, end: span.end }, signal);
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

function Table({ samples }: { samples: readonly TagValue[] }) {
  const say = useWords(words);
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("samples")}>
      <table className={css.table} data-testid="samples">
        <thead><tr>{(["ts", "device", "value", "quality"] as const).map((key) => <th key={key} scope="col" className={key === "value" ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
        <tbody>
          {samples.map((sample, i) => (
            <tr key={`${sample.ts} ${i}`} data-testid="sample">
              <td><When at={sample.ts} as="exact" /></td>
              <td>{sample.ts_device && <When at={sample.ts_device} as="exact" />}</td>
              <td className={css.right}><Shown value={sample.value} /></td>
              <td><QualitySign quality={sample.quality} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Samples({ tag, window }: { tag: Wiring; window: Window }) {
  const say = useWords(words);
  const saySignal = useWords(signalWords);
  const span = soFar(window, useNowMs(), ASK_AGAIN_MS);
  const { data, error, isPending, refetch } = useQuery({ queryKey: ["last-samples", tag.id, span], queryFn: ({ signal }) => lastSamples(tag.id, span, signal), placeholderData: keepPreviousData });
  const save = () => download(`${tag.path}-samples.csv`, [["time", "device time", "value", "quality", "unit"], ...(data ?? []).map((one) => [one.ts, one.ts_device, one.value, one.quality_name, tag.unit])]);
  const tools = data && data.length > 0 && <Button size="xs" variant="default" onClick={save} data-testid="export-samples">{say("export")}</Button>;
  return (
    <Panel title={say("samples")} tools={tools} flush>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {!error && isPending && <Waiting lines={6} />}
      {data?.length === 0 && <Empty compact title={saySignal("noSamples")} hint={saySignal("noSamplesHint")} />}
      {data && data.length > 0 && <Table samples={data} />}
    </Panel>
  );
}
