// The equipment tree: arrows walk it, only the rows in view exist, work units show what they do.
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { EquipmentMap } from "@/app/equipment";
import { words } from "@/app/words";
import { Icon, type IconName } from "@/design/icons";
import { Empty } from "@/design/notice";
import { LiveSign } from "@/states/live-state";
import { type Row, rowsOf } from "@/tree/rows";
import css from "@/tree/tree.module.css";
import { placeOf, useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

const ROW_PX = 32;
const ICONS: Readonly<Record<string, IconName>> = { Enterprise: "company", Site: "site", Area: "area", ProductionLine: "line", WorkCell: "line", WorkCenter: "line" };
type Move = (rows: readonly Row[], at: number) => number;
const MOVES: Readonly<Record<string, Move>> = {
  ArrowDown: (rows, at) => Math.min(at + 1, rows.length - 1),
  ArrowUp: (_, at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (rows) => rows.length - 1,
};
const parentOf = (rows: readonly Row[], at: number) => rows.findLastIndex((row, i) => i < at && row.depth < (rows[at]?.depth ?? 0));

interface LineProps { row: Row; current: boolean; active: boolean; top: number; onOpen: () => void; onFold: () => void }
function Line({ row, current, active, top, onOpen, onFold }: LineProps) {
  const { equipment, depth, expandable, expanded } = row;
  return (
    <div
      role="treeitem" id={`tree-${equipment.id}`} className={css.row} style={{ transform: `translateY(${top}px)`, height: ROW_PX, paddingInlineStart: 6 + depth * 14 }}
      aria-level={depth + 1} aria-expanded={expandable ? expanded : undefined} aria-selected={current} data-active={active} data-testid={`tree-${equipment.path}`} onClick={onOpen}
    >
      <span className={css.fold} data-open={expanded} onClick={(event) => { event.stopPropagation(); onFold(); }}>
        {expandable && <Icon name="chevron" size={14} />}
      </span>
      {equipment.level === "WorkUnit" ? <LiveSign equipmentId={equipment.id} /> : <Icon name={ICONS[equipment.level] ?? "area"} size={16} />}
      <span className={css.name}>{equipment.name}</span>
    </div>
  );
}

function useTree(map: EquipmentMap, search: string) {
  const navigate = useNavigate();
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const path = useEquipmentPath();
  const rows = useMemo(() => rowsOf(map, folded, search), [map, folded, search]);
  const [active, setActive] = useState(0);
  useEffect(() => {
    const here = rows.findIndex((row) => row.equipment.path === path);
    if (here >= 0) setActive(here);
  }, [path, rows]);
  const fold = (row: Row) => setFolded((before) => (before.has(row.equipment.id) ? new Set([...before].filter((id) => id !== row.equipment.id)) : new Set([...before, row.equipment.id])));
  const open = (row: Row) => void navigate({ to: placeOf(row.equipment) });
  const unfold = (row: Row) => (row.expanded ? setActive(active + 1) : fold(row));
  const climb = (row: Row) => (row.expanded ? fold(row) : setActive(Math.max(parentOf(rows, active), 0)));
  const press = (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row) return;
    const move = MOVES[event.key];
    if (move) setActive(move(rows, active));
    else if (event.key === "ArrowRight" && row.expandable) unfold(row);
    else if (event.key === "ArrowLeft") climb(row);
    else if (event.key === "Enter" || event.key === " ") open(row);
    else return;
    event.preventDefault();
  };
  return { rows, active, path, fold, open, press };
}

export function EquipmentTree({ map, search }: { map: EquipmentMap; search: string }) {
  const say = useWords(words);
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, active, path, fold, open, press } = useTree(map, search);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 8 });
  useEffect(() => virtual.scrollToIndex(active), [active, virtual]);
  if (rows.length === 0) return <Empty compact icon="search" title={say("noMatch", { text: search })} />;
  return (
    <div ref={scroller} className={css.scroller}>
      <div role="tree" aria-labelledby="tree-label" tabIndex={0} aria-activedescendant={`tree-${rows[active]?.equipment.id}`} className={css.tree} style={{ height: virtual.getTotalSize() }} onKeyDown={press} data-testid="tree">
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return row && <Line key={row.equipment.id} row={row} top={start} current={row.equipment.path === path} active={index === active} onOpen={() => open(row)} onFold={() => fold(row)} />;
        })}
      </div>
    </div>
  );
}
