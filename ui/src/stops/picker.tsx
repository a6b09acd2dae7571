// Choosing a reason with one touch: what was used last and what the machine suggests on top, the plant's whole tree below.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { offeredReasonsQuery } from "@/api/queries";
import type { OfferedReason, Stop } from "@/api/types";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import css from "@/stops/picker.module.css";
import { words } from "@/stops/words";
import { useReasonName } from "@/states/names";
import { useWords } from "@/words/words";

const GROUPS_MAX = 6; // what fits beside each other on a panel of 1024 × 768 …
const IN_GROUP_MAX = 4; // … and below each other; a larger plant is asked for the group first

/** A child's key may be its last part or the whole path; what is sent is the whole path. */
export const keyOf = (reason: OfferedReason, above = ""): string => (above && !reason.key.startsWith(`${above}/`) ? `${above}/${reason.key}` : reason.key);
const fitsFlat = (groups: readonly OfferedReason[]) => groups.length <= GROUPS_MAX && groups.every((group) => group.children.length <= IN_GROUP_MAX);

interface ReasonProps { label: string; onPick: () => void; large?: boolean; current?: boolean; hint?: string | undefined; testid: string }
function Reason({ label, onPick, large = false, current = false, hint, testid }: ReasonProps) {
  return (
    <button type="button" className={css.reason} data-large={large} aria-pressed={current} onClick={onPick} data-testid={testid}>
      <span>{label}</span>
      {hint && <span className={css.hint}>{hint}</span>}
    </button>
  );
}

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

function TwoSteps({ groups, current, onPick }: TreeProps) {
  const say = useWords(words);
  const [open, setOpen] = useState<OfferedReason | null>(null);
  const choose = (group: OfferedReason) => (group.children.length > 0 ? setOpen(group) : onPick(group.key));
  if (!open) return <div className={css.tiles}>{groups.map((group) => <Reason key={group.key} label={group.name} onPick={() => choose(group)} testid={`reason-group-${group.key}`} />)}</div>;
  return (
    <>
      <div className={css.stepHead}><button type="button" className={css.back} onClick={() => setOpen(null)} data-testid="reason-back"><Icon name="back" size={22} />{say("back")}</button><h3>{open.name}</h3></div>
      <div className={css.tiles}>{open.children.map((child) => <Reason key={child.key} label={child.name} current={current === keyOf(child, open.key)} onPick={() => onPick(keyOf(child, open.key))} testid={`reason-${keyOf(child, open.key)}`} />)}</div>
    </>
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
  const Tree = fitsFlat(items) ? Flat : TwoSteps;
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
