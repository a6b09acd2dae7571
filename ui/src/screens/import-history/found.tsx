// What a look at the file found: series and their signals, how much of each, and the rows that become no sample.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { foundQuery } from "@/api/queries";
import { faultsOf, type History, type Series } from "@/screens/import-history/api";
import css from "@/screens/import-history/import-history.module.css";
import { RefusedLink } from "@/screens/import-history/refused-link";
import { saidOf } from "@/screens/import-history/said";
import { words } from "@/screens/import-history/words";
import { formatNumber } from "@/show/format";
import { When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const TYPED_MS = 150;
const OFFERED = 30;
const SHOWN = 20;

/** The signal that a series becomes, found among those that the person may see. */
function TagPicker({ series, chosen, onTag }: { series: Series; chosen: string | undefined; onTag: (path: string | null) => void }) {
  const say = useWords(words);
  const value = chosen ?? series.tag;
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text.trim(), TYPED_MS);
  const { data } = useQuery({ ...foundQuery({ find: find || null, limit: OFFERED }), staleTime: 60_000, placeholderData: keepPreviousData, enabled: text !== "" || value === null });
  const offered = useMemo(() => [...new Set([...(value ? [value] : []), ...(data?.items ?? []).map((tag) => tag.path)])], [data, value]);
  return <Select size="xs" searchable clearable value={value} onChange={onTag} data={offered} onSearchChange={setText} filter={({ options }) => options} placeholder={say("find")} aria-label={say("tagOf", { name: series.name })} error={value === null} data-testid="series-tag" />;
}

interface FoundProps { found: History; tags: Readonly<Record<string, string>>; onTag: (series: string, path: string | null) => void }
export function Found({ found, tags, onTag }: FoundProps) {
  const say = useWords(words);
  const language = useLanguage();
  const n = (value: number) => formatNumber(value, language);
  const faults = faultsOf(found);
  return (
    <>
      <p className={css.small} role="status" data-testid="history-found">{found.says && say("says", { says: saidOf(found.says, language) })} {say("sum", { samples: found.samples, rows: found.rows, there: found.there })} {found.went > 0 && say("went", { n: found.went })}</p>
      <div className={css.box} tabIndex={0} role="region" aria-label={say("comes")}>
        <table className={css.table}>
          <thead><tr><th scope="col">{say("series")}</th><th scope="col">{say("tag")}</th><th scope="col" className={css.right}>{say("rows")}</th><th scope="col" className={css.right}>{say("samples")}</th><th scope="col">{say("from")}</th><th scope="col">{say("to")}</th></tr></thead>
          <tbody>
            {found.series.map((one) => (
              <tr key={one.name} data-testid="history-series">
                <th scope="row" translate="no">{one.name}</th>
                <td className={css.picker}><TagPicker series={one} chosen={tags[one.name]} onTag={(path) => onTag(one.name, path)} /></td>
                <td className={css.right}>{n(one.rows)}</td><td className={css.right}>{n(one.samples)}</td>
                <td>{one.first && <When at={one.first} />}</td><td>{one.last && <When at={one.last} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {faults > 0 && (
        <div data-testid="history-refused">
          <p className={css.error} role="status">{say("refused", { n: faults })}</p>
          <div className={css.box} tabIndex={0} role="region" aria-label={say("refused", { n: faults })}>
            <table className={css.table}>
              <thead><tr><th scope="col" className={css.right}>{say("line")}</th><th scope="col">{say("series")}</th><th scope="col">{say("why")}</th></tr></thead>
              <tbody>{found.some_refused.slice(0, SHOWN).map((one) => <tr key={`${one.line} ${one.series} ${one.code}`}><td className={css.right}>{n(one.line)}</td><td translate="no">{one.series}</td><td>{say(one.code)}{one.code !== "no-tag" && <span className={css.small} > · {saidOf(one.reason, language)}</span>}</td></tr>)}</tbody>
            </table>
          </div>
          <p className={css.bar}>{faults > SHOWN && <span className={css.small}>{say("more", { n: faults - SHOWN })}</span>}<RefusedLink one={found} /></p>
        </div>
      )}
    </>
  );
}
