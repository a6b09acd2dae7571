// A tree of reasons too large to stand flat: one sheet that scrolls, its groups at the left, found by a word; one touch gives any of them.
import { type KeyboardEvent, useRef, useState } from "react";
import type { OfferedReason } from "@/api/types";
import { Icon } from "@/design/icons";
import { Empty } from "@/design/notice";
import css from "@/stops/picker.module.css";
import { Reason } from "@/stops/reason";
import { found, groupsOf } from "@/stops/tree";
import { words } from "@/stops/words";
import { useWords } from "@/words/words";

interface SheetProps { groups: readonly OfferedReason[]; current: string | null; onPick: (key: string) => void }
export function Sheet({ groups, current, onPick }: SheetProps) {
  const say = useWords(words);
  const [typed, setTyped] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const shown = found(groupsOf(groups), typed);
  const first = shown[0]?.leaves[0];
  const press = (event: KeyboardEvent) => { if (event.key === "Enter" && typed.trim() && first) onPick(first.key); };
  const turnTo = (key: string) => list.current?.scrollTo({ top: list.current.querySelector<HTMLElement>(`[data-group="${CSS.escape(key)}"]`)?.offsetTop ?? 0 });
  return (
    <div className={css.sheet} data-testid="reason-sheet">
      <label className={css.find}>
        <Icon name="search" size={22} />
        <span className="visually-hidden">{say("findReason")}</span>
        <input type="search" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={press} placeholder={say("findReason")} data-testid="reason-find" />
      </label>
      <nav className={css.rail} aria-label={say("groups")}>{shown.map((group) => <button key={group.key} type="button" className={css.turn} onClick={() => turnTo(group.key)} data-testid={`reason-group-${group.key}`}>{group.name}</button>)}</nav>
      <div ref={list} className={css.all} tabIndex={0} role="region" aria-label={say("allReasons")}>
        {shown.length === 0 && <Empty compact icon="search" title={say("noReasonFits")} />}
        {shown.map((group) => (
          <section key={group.key} data-group={group.key} aria-label={group.name}>
            <h3>{group.name}</h3>
            <div className={css.tiles}>{group.leaves.map((leaf) => <Reason key={leaf.key} label={leaf.name} hint={leaf.under || undefined} current={current === leaf.key} onPick={() => onPick(leaf.key)} testid={`reason-${leaf.key}`} />)}</div>
          </section>
        ))}
      </div>
    </div>
  );
}
