// Which stops the list shows: every choice stands in the address, so that a link shows a colleague the same.
import { Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { reasonsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { words as slowWords } from "@/slow/words";
import { reasonNames } from "@/states/names";
import type { Filter } from "@/stops/stops";
import css from "@/stops/table.module.css";
import { words } from "@/stops/words";
import { type Search, useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const LONGER_MIN = [1, 2, 5, 10, 30, 60] as const;
const MINUTE_MS = 60_000;

export function filterIn(search: Search, units: readonly Equipment[]): Filter {
  const unit = units.find((one) => one.path.split("/").at(-1) === search["unit"]);
  return {
    unit: unit?.id ?? null,
    reason: search["why"] ?? null,
    unassigned: search["open"] === "1",
    own: search["own"] === "1",
    longerMs: (Number(search["min"]) || 0) * MINUTE_MS,
    planned: search["planned"] === "1",
    micro: search["short"] === "1",
    slow: search["slow"] === "1",
    sort: search["sort"] === "longest" ? "longest" : "newest",
  };
}

export function Filters({ units, filter }: { units: readonly Equipment[]; filter: Filter }) {
  const say = useWords(words);
  const saySlow = useWords(slowWords);
  const search = useSearchText();
  const change = useChangeSearch();
  const { data = [] } = useQuery(reasonsQuery());
  const reasons = [...reasonNames(data)].map(([value, label]) => ({ value, label }));
  const flag = (key: "open" | "own" | "planned" | "short" | "slow", label: string, checked: boolean) => <Switch key={key} label={label} checked={checked} onChange={(event) => change({ [key]: event.currentTarget.checked ? "1" : null })} data-testid={`stops-${key}`} />;
  return (
    <div className={css.filters} role="group" aria-label={say("filters")}>
      {units.length > 1 && <Select size="sm" w={150} aria-label={say("machine")} placeholder={say("anyMachine")} value={search["unit"] ?? null} onChange={(unit) => change({ unit })} clearable data={units.map((unit) => ({ value: unit.path.split("/").at(-1) ?? "", label: unit.name }))} data-testid="stops-unit" />}
      <Select size="sm" w={220} aria-label={say("reason")} placeholder={say("anyReason")} value={filter.reason} onChange={(why) => change({ why })} clearable searchable data={reasons} data-testid="stops-why" />
      <Select size="sm" w={140} aria-label={say("longer")} placeholder={say("longer")} value={search["min"] ?? null} onChange={(min) => change({ min })} clearable data={LONGER_MIN.map((n) => ({ value: String(n), label: say("minutes", { n }) }))} data-testid="stops-min" />
      <Select size="sm" w={120} aria-label={say("sort")} value={filter.sort} onChange={(sort) => change({ sort: sort === "longest" ? sort : null })} allowDeselect={false} data={(["newest", "longest"] as const).map((value) => ({ value, label: say(value) }))} data-testid="stops-sort" />
      {flag("open", say("onlyOpen"), filter.unassigned)}
      {flag("own", say("onlyOwn"), filter.own)}
      {flag("planned", say("withPlanned"), filter.planned)}
      {flag("short", say("withShort"), filter.micro)}
      {flag("slow", saySlow("switch"), filter.slow)}
    </div>
  );
}
