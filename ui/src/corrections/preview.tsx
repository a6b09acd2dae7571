// What a correction would do, as the server works it out while it is typed: how many samples, and the first of them after it.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Wiring } from "@/api/types";
import css from "@/corrections/corrections.module.css";
import { askedOf, type Preview as Shown, type PreviewSample, type Wish } from "@/corrections/corrections";
import { words } from "@/corrections/words";
import { ProblemNotice } from "@/design/notice";
import { formatMeasured, NOTHING } from "@/show/format";
import { When } from "@/show/show";
import { useQualityName } from "@/signals/quality-sign";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const RESTS_MS = 350;

function Sample({ sample, none }: { sample: PreviewSample | undefined; none: string }) {
  const language = useLanguage();
  const name = useQualityName();
  if (!sample) return <span className="quiet">{none}</span>;
  const value = typeof sample.value === "number" ? formatMeasured(sample.value, language) : String(sample.value ?? NOTHING);
  return <><span translate="no">{value}</span> <span className="quiet">{name(sample.quality)}</span></>;
}

interface Row { ts: string; before: PreviewSample | undefined; after: PreviewSample | undefined }
/** Side by side by time; of one moment in the order in which they stand. */
export function rowsOf({ before, after }: Pick<Shown, "before" | "after">): Row[] {
  const left = [...after];
  const rows = before.map((one): Row => {
    const at = left.findIndex(({ ts }) => ts === one.ts);
    return { ts: one.ts, before: one, after: at < 0 ? undefined : left.splice(at, 1)[0] };
  });
  return [...rows, ...left.map((one): Row => ({ ts: one.ts, before: undefined, after: one }))].sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}

export function Preview({ tag, wish }: { tag: Wiring; wish: Wish }) {
  const say = useWords(words);
  const asked = askedOf(wish);
  const [settled] = useDebouncedValue(JSON.stringify(asked && { what: wish.what, ...asked }), RESTS_MS);
  const { data, error } = useQuery({
    queryKey: ["correction-preview", tag.id, settled], queryFn: ({ signal }) => get<Shown>(`/tags/${tag.id}/samples/preview`, JSON.parse(settled) as Record<string, string>, signal),
    enabled: settled !== "null", placeholderData: keepPreviousData, retry: false,
  });
  if (!asked) return null;
  return (
    <section className={css.preview} role="status" data-testid="correction-preview" data-settled={JSON.stringify({ what: wish.what, ...asked }) === settled && data !== undefined}>
      {error && <ProblemNotice error={error} compact />}
      {!error && data && <p data-testid="correction-count">{say("count", { n: data.count })}</p>}
      {!error && data?.count === 0 && wish.what !== "insert" && <p className="quiet">{say("nothing")}</p>}
      {!error && data && rowsOf(data).length > 0 && (
        <div className={css.box} tabIndex={0} role="region" aria-label={say("firsts")}>
          <table className={css.table}>
            <thead><tr><th scope="col">{say("at")}</th><th scope="col">{say("before")}</th><th scope="col">{say("after")}</th></tr></thead>
            <tbody>{rowsOf(data).map((row, i) => <tr key={`${row.ts} ${i}`}><td><When at={row.ts} as="exact" /></td><td><Sample sample={row.before} none={say("added")} /></td><td><Sample sample={row.after} none={say("gone")} /></td></tr>)}</tbody>
          </table>
        </div>
      )}
      <p className="quiet">{say("kept")}</p>
    </section>
  );
}
