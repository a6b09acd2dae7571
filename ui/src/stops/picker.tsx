// Choosing a reason with one touch: what was used last and what the machine suggests on top, the plant's whole tree below.
import { useQuery } from "@tanstack/react-query";
import { offeredReasonsQuery } from "@/api/queries";
import type { OfferedReason, Stop } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import css from "@/stops/picker.module.css";
import { Reason } from "@/stops/reason";
import { Sheet } from "@/stops/sheet";
import { fitsFlat, keyOf } from "@/stops/tree";
import { words } from "@/stops/words";
import { useReasonName } from "@/states/names";
import { useWords } from "@/words/words";

interface TreeProps { groups: readonly OfferedReason[]; current: string | null; onPick: (key: string) => void }
function Flat({ groups, current, onPick }: TreeProps) {
  return (
    <div className={css.columns} data-groups={groups.length}>
      {groups.map((group) => (
        <section key={group.key} className={css.column} aria-label={group.name}>
          {group.children.length > 0 && <h3>{group.name}</h3>}
          {group.children.length === 0 && <Reason label={group.name} current={current === group.key} onPick={() => onPick(group.key)} testid={`reason-${group.key}`} />}
          {group.children.map((child) => {
            const key = keyOf(child, group.key);
            return <Reason key={key} label={child.name} current={current === key} onPick={() => onPick(key)} testid={`reason-${key}`} />;
          })}
        </section>
      ))}
    </div>
  );
}

export function ReasonPicker({ stop, onPick }: { stop: Pick<Stop, "equipment_id" | "start" | "reason">; onPick: (key: string) => void }) {
  const say = useWords(words);
  const reasonName = useReasonName();
  const { data, error, isPending, refetch } = useQuery(offeredReasonsQuery(stop.equipment_id, stop.start));
  if (isPending) return <Waiting lines={4} height={72} />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const { items, last_used: last, suggested } = data ?? { items: [], last_used: [], suggested: null };
  if (items.length === 0) return <Empty icon="stop" title={say("noReasons")} hint={say("noReasonsHint")} />;
  const quick = [...new Set([...(suggested ? [suggested] : []), ...last])].slice(0, 4);
  const Tree = fitsFlat(items) ? Flat : Sheet;
  return (
    <div className={css.picker} data-testid="reason-picker">
      {quick.length > 0 && (
        <section className={css.quick} aria-label={say("lastUsed")}>
          {quick.map((key) => <Reason key={key} large label={reasonName(key) ?? key} current={stop.reason === key} hint={key === suggested ? say("suggested") : say("lastUsed")} onPick={() => onPick(key)} testid={`quick-${key}`} />)}
        </section>
      )}
      <Tree groups={items} current={stop.reason} onPick={onPick} />
    </div>
  );
}
