// What waits for a decision, machine by machine, the oldest first; decided here, it leaves the list and can be taken back.
import { useQuery } from "@tanstack/react-query";
import { heldQuery, unconvertedQuery } from "@/api/queries";
import type { Equipment, HeldNow } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Jump } from "@/counts/counts-tab";
import counts from "@/counts/counts.module.css";
import { Held } from "@/counts/held-entries";
import { useHeldTable } from "@/counts/tables";
import { UnconvertedCounts } from "@/counts/unconverted";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { Give } from "@/giving/give";
import css from "@/screens/held/held.module.css";
import { words } from "@/screens/held/words";
import { formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { Go, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

/** The machines of which something waits, in the order of the plant. */
const machinesOf = (held: HeldNow, items: readonly Equipment[]): Equipment[] => {
  const ids = new Set([...held.entries, ...held.jumps].map((one) => one.equipment_id));
  return items.filter((one) => ids.has(one.id));
};

function Machine({ unit, held }: { unit: Equipment; held: HeldNow }) {
  const { map } = useEquipment();
  const above = unit.parent_id === null ? undefined : map.byId(unit.parent_id);
  return (
    <Panel title={<Go to={unitOf(unit.path)} search={{ tab: "counts" }} className={css.machine}>{[above?.name, unit.name].filter(Boolean).join(" › ")}</Go>} testid={`held-${unit.path}`}>
      <ul className={counts.list}>
        {held.entries.filter((one) => one.equipment_id === unit.id).map((entry) => <Held key={entry.entry_id} entry={entry} unit={unit} mayDecide />)}
        {held.jumps.filter((one) => one.equipment_id === unit.id).map((jump) => <Jump key={jump.held_id} jump={jump} unit={unit} mayDecide />)}
      </ul>
    </Panel>
  );
}

export default function HeldPage() {
  const say = useWords(words);
  const language = useLanguage();
  const { map } = useEquipment();
  const tableOf = useHeldTable();
  const { data, error, refetch, dataUpdatedAt: readMs } = useQuery(heldQuery());
  const unconverted = useQuery(unconvertedQuery()).data;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={4} height={80} />;
  const shown = data.entries.length + data.jumps.length;
  return (
    <div className={css.page}>
      <div className={css.headed}>
        <div>
          <h1>{say("title")}</h1>
          <p className="quiet" data-testid="held-summary">{[data.waiting > 0 && say("summary", { n: formatNumber(data.waiting, language) }), say("hint"), shown < data.waiting && say("more", { n: formatNumber(Math.max(data.entries.length, data.jumps.length), language) })].filter(Boolean).join(" · ")}</p>
        </div>
        <Give of={{ here: null, readMs }} table={() => tableOf(say("title"), data.entries, data.jumps)} disabled={shown === 0} />
      </div>
      {data.waiting === 0 && unconverted?.items.length === 0 && <Empty icon="check" title={say("nothing")} hint={say("nothingHint")} />}
      <UnconvertedCounts />
      {machinesOf(data, map.items).map((unit) => <Machine key={unit.id} unit={unit} held={data} />)}
    </div>
  );
}
