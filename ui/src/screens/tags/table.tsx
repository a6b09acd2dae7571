// The rows of the tag table: only those in view exist, and each hears of its own tag only.
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useLayoutEffect, useRef } from "react";
import type { Tag } from "@/api/types";
import { Icon } from "@/design/icons";
import { liveLink, useTopicWanted } from "@/live/live";
import { type Column, COLUMNS, type Found } from "@/screens/tags/rows";
import css from "@/screens/tags/tags.module.css";
import { words } from "@/screens/tags/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { peekNewest, useLiveQuality, valueWithUnit } from "@/signals/newest";
import { QualitySign } from "@/signals/quality-sign";
import { connectionOf, Go, tagOf } from "@/view/place";
import { useWords } from "@/words/words";

const ROW_PX = 34;

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
      <span role="cell" className={css.value} data-testid="tag-value"><span ref={written.value} className={css.written} /></span>
      <span role="cell">{quality !== null && <Quality quality={quality} />}</span>
      <span role="cell"><span ref={written.ts} className={css.written} /></span>
      <span role="cell"><span ref={written.device} className={css.written} /></span>
    </>
  );
}

interface RowProps { found: Found; top: number; index: number }
const Row = memo(function Row({ found, top, index }: RowProps) {
  const say = useWords(words);
  const { tag, equipment } = found;
  useTopicWanted(`tags/${tag.equipment_id}`);
  return (
    <div role="row" aria-rowindex={index + 2} className={css.row} style={{ transform: `translateY(${top}px)`, height: ROW_PX }} data-testid="tag-row" data-path={tag.path}>
      <span role="rowheader" translate="no"><Go to={tagOf(tag.id)} className={css.name} testid="tag-link">{tag.property}</Go></span>
      <span role="cell" translate="no" className="quiet" title={equipment}>{equipment}</span>
      <Live tag={tag} />
      <span role="cell" className="mono" title={tag.address ?? ""}>{tag.address}</span>
      <span role="cell">{tag.connection ? <Go to={connectionOf(tag.connection)} className="link"><span translate="no">{tag.connection}</span></Go> : <span className="quiet">{say("internal")}</span>}</span>
    </div>
  );
});

interface TableProps { rows: readonly Found[]; sort: Column; down: boolean; onSort: (column: Column) => void; label: string }
export function TagTable({ rows, sort, down, onSort, label }: TableProps) {
  const say = useWords(words);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 6 });
  useEffect(() => { if (box.current) box.current.scrollTop = 0; }, [sort, down]);
  const direction = (column: Column) => (column !== sort ? "none" : down ? "descending" : "ascending");
  return (
    <div ref={box} className={css.box} tabIndex={0} role="region" aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className={`live ${css.table}`} data-testid="tag-table">
        <div role="rowgroup">
          <div role="row" className={css.head}>
            {COLUMNS.map((column) => (
              <span key={column} role="columnheader" aria-sort={direction(column)} className={column === "value" ? css.value : undefined}>
                <button type="button" className={css.sort} data-down={column === sort ? down : undefined} onClick={() => onSort(column)} data-testid={`sort-${column}`}>{say(column)}<Icon name="down" size={12} /></button>
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={css.runway} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const found = rows[index];
            return found && <Row key={found.tag.id} found={found} top={start} index={index} />;
          })}
        </div>
      </div>
    </div>
  );
}
