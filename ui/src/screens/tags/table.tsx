// The rows of the tag table: only those in view exist, and each hears of its own tag only.
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import { tagsQuery } from "@/api/queries";
import type { Tag } from "@/api/types";
import { Icon } from "@/design/icons";
import { useTopicWanted } from "@/live/live";
import { type Column, COLUMNS, type Found } from "@/screens/tags/rows";
import css from "@/screens/tags/tags.module.css";
import { words } from "@/screens/tags/words";
import { When } from "@/show/show";
import { useNewest, valueWithUnit } from "@/signals/newest";
import { QualitySign } from "@/signals/quality-sign";
import { connectionOf, Go, tagOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const ROW_PX = 34;
const ASK_AGAIN_MS = 5_000; // texts and device times are in no live frame

const Quality = memo(QualitySign);

/** The cells that change: the links beside them are not drawn again with every value. */
function Live({ tag }: { tag: Tag }) {
  const language = useLanguage();
  const newest = useNewest(tag);
  const device = newest?.deviceMs ?? null;
  return (
    <>
      <span role="cell" className={css.value} data-testid="tag-value">{valueWithUnit(newest, tag, language)}</span>
      <span role="cell">{newest && <Quality quality={newest.quality} />}</span>
      <span role="cell">{newest && <When at={newest.tsMs} as="exact" />}</span>
      <span role="cell">{device !== null && device !== newest?.tsMs && <When at={device} as="second" />}</span>
    </>
  );
}

interface RowProps { found: Found; top: number; index: number; resting: boolean }
const Row = memo(function Row({ found, top, index, resting }: RowProps) {
  const say = useWords(words);
  const { tag: listed, equipment } = found;
  useTopicWanted(`tags/${listed.equipment_id}`);
  const { data } = useQuery({ ...tagsQuery(listed.equipment_id), enabled: resting, refetchInterval: ASK_AGAIN_MS, select: (tags) => tags.find((tag) => tag.id === listed.id) });
  const tag = data ?? listed;
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
            return found && <Row key={found.tag.id} found={found} top={start} index={index} resting={!virtual.isScrolling} />;
          })}
        </div>
      </div>
    </div>
  );
}
