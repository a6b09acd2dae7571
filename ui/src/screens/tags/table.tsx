// The rows of the tag table: only those in view exist, are asked for and are watched.
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Signal, Tag } from "@/api/types";
import { Icon } from "@/design/icons";
import { liveLink, useTopicsWanted } from "@/live/live";
import { type Column, COLUMNS, type Filter, useRows } from "@/screens/tags/found";
import { moved } from "@/screens/tags/keys";
import css from "@/screens/tags/tags.module.css";
import { words } from "@/screens/tags/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { NUMERIC, peekNewest, useLiveQuality, valueWithUnit } from "@/signals/newest";
import { QualitySign } from "@/signals/quality-sign";
import { connectionOf, Go, tagOf } from "@/view/place";
import { useWords } from "@/words/words";

const ROW_PX = 34;
const HEAD_PX = 36;
const BEYOND = 6; // rows drawn outside the view, so that a slow scroll meets none that is empty

const Quality = memo(QualitySign);

/** The cells that change are written into the page without React, once per picture, and only where the text is another. */
function useWritten(tag: Tag) {
  const value = useRef<HTMLSpanElement>(null);
  const ts = useRef<HTMLSpanElement>(null);
  const device = useRef<HTMLSpanElement>(null);
  const { language, zone } = useReader();
  useLayoutEffect(() => {
    const reader = { language, zone };
    let seen = -1;
    const paint = () => {
      const version = liveLink.columns.versionOf(tag.id);
      if (version === seen) return;
      seen = version;
      const newest = peekNewest(tag);
      const deviceMs = newest?.deviceMs ?? null;
      write(value.current, valueWithUnit(newest, tag, language));
      write(ts.current, newest ? formatMoment(newest.tsMs, "exact", reader) : "");
      write(device.current, deviceMs !== null && deviceMs !== newest?.tsMs ? formatMoment(deviceMs, "second", reader) : "");
    };
    paint();
    return liveLink.columns.onPicture(paint);
  }, [tag, language, zone]);
  return { value, ts, device };
}

function write(cell: HTMLSpanElement | null, text: string): void {
  if (!cell) return;
  const node = (cell.firstChild ?? cell.appendChild(document.createTextNode(""))) as Text;
  if (node.data !== text) node.data = text;
}

/** The cells beside them are drawn again when a quality changes, which is seldom. */
function Live({ tag }: { tag: Tag }) {
  const written = useWritten(tag);
  const quality = useLiveQuality(tag);
  return (
    <>
      <span role="gridcell" className={css.value} data-testid="tag-value"><span ref={written.value} className={css.written} /></span>
      <span role="gridcell">{quality !== null && <Quality quality={quality} />}</span>
      <span role="gridcell"><span ref={written.ts} className={css.written} /></span>
      <span role="gridcell"><span ref={written.device} className={css.written} /></span>
    </>
  );
}

interface RowProps { tag: Signal; top: number; index: number; active: boolean; chosen: boolean; onChoose: (tag: number) => void }
const Row = memo(function Row({ tag, top, index, active, chosen, onChoose }: RowProps) {
  const say = useWords(words);
  const equipment = tag.path.slice(0, tag.path.length - tag.property.length - 1);
  return (
    <div role="row" id={rowId(index)} aria-rowindex={index + 2} aria-selected={active} className={css.row} style={{ transform: `translateY(${top}px)`, height: ROW_PX }} data-testid="tag-row" data-path={tag.path}>
      <span role="rowheader" translate="no" className={css.first}>
        <input type="checkbox" className={css.choose} checked={chosen} disabled={!NUMERIC.has(tag.kind)} onChange={() => onChoose(tag.id)} aria-label={say("choose", { tag: tag.path })} data-testid="tag-choose" />
        <Go to={tagOf(tag.id)} className={css.name} testid="tag-link">{tag.property}</Go>
      </span>
      <span role="gridcell" translate="no" className={`quiet ${css.path}`} title={equipment}><bdi>{equipment}</bdi></span>
      <Live tag={tag} />
      <span role="gridcell" className="mono" title={tag.address ?? ""}>{tag.address}</span>
      <span role="gridcell">{tag.connection ? <Go to={connectionOf(tag.connection)} className="link"><span translate="no">{tag.connection}</span></Go> : <span className="quiet">{say("internal")}</span>}</span>
    </div>
  );
});
const rowId = (index: number) => `tag-row-${index}`;

interface HeadProps { sort: Column; down: boolean; onSort: (column: Column) => void }
function Head({ sort, down, onSort }: HeadProps) {
  const say = useWords(words);
  const direction = (column: Column) => (column !== sort ? "none" : down ? "descending" : "ascending");
  return (
    <div role="row" className={css.head}>
      {COLUMNS.map((column) => (
        <span key={column} role="columnheader" aria-sort={direction(column)} className={column === "value" ? css.value : undefined}>
          <button type="button" className={css.sort} data-down={column === sort ? down : undefined} onClick={() => onSort(column)} data-testid={`sort-${column}`}>{say(column)}<Icon name="down" size={12} /></button>
        </span>
      ))}
    </div>
  );
}

interface TableProps { box: RefObject<HTMLDivElement | null>; filter: Filter; equipment: number | null; total: number; onSort: (column: Column) => void; label: string; chosen: readonly number[]; onChoose: (tag: number) => void }
export function TagTable({ box, filter, equipment, total, onSort, label, chosen, onChoose }: TableProps) {
  const navigate = useNavigate();
  const [active, setActive] = useState<number | null>(null);
  const virtual = useVirtualizer({ count: total, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: BEYOND, scrollPaddingStart: HEAD_PX });
  const shown = virtual.getVirtualItems();
  const row = useRows(filter, equipment, { from: shown[0]?.index ?? 0, to: shown.at(-1)?.index ?? 0 });
  useWatched(shown.map(({ index }) => row(index)?.equipment_id), virtual.isScrolling);
  useEffect(() => {
    setActive(null);
    if (box.current) box.current.scrollTop = 0;
  }, [box, filter]);
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return; // a heading or a link has keys of its own
    const here = active === null ? undefined : row(active);
    if (event.key === " " && here && NUMERIC.has(here.kind)) onChoose(here.id);
    if (event.key === "Enter" && here) void navigate({ to: tagOf(here.id) });
    const to = moved(event.key, active ?? -1, { count: total, screen: Math.floor(((box.current?.clientHeight ?? 0) - HEAD_PX) / ROW_PX) });
    if (to === null) return;
    event.preventDefault();
    setActive(to);
    virtual.scrollToIndex(to);
  };
  return (
    <div ref={box} className={css.box} role="grid" tabIndex={0} aria-label={label} aria-rowcount={total + 1} aria-activedescendant={active === null ? undefined : rowId(active)} onKeyDown={press} data-testid="tag-table">
      <div role="presentation" className={`live ${css.table}`}>
        <div role="rowgroup"><Head sort={filter.sort} down={filter.down} onSort={onSort} /></div>
        <div role="rowgroup" className={css.runway} style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const tag = row(index);
            return tag && <Row key={tag.id} tag={tag} top={start} index={index} active={index === active} chosen={chosen.includes(tag.id)} onChoose={onChoose} />;
          })}
        </div>
      </div>
    </div>
  );
}

/** The equipment of the rows in view is watched; while rows rush by, what was in view before. */
function useWatched(equipment: readonly (number | undefined)[], rushing: boolean): void {
  const now = [...new Set(equipment)].filter((id) => id !== undefined).map((id) => `tags/${id}`).join(" ");
  const [wanted, setWanted] = useState("");
  useEffect(() => { if (!rushing) setWanted(now); }, [now, rushing]);
  useTopicsWanted(useMemo(() => (wanted ? wanted.split(" ") : []), [wanted]));
}
