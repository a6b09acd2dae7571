// The signals of a work unit: value, quality, both times, and where in the controller they come from.
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tagsQuery } from "@/api/queries";
import type { Scalar, Tag } from "@/api/types";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { isGood } from "@/live/columns";
import { useLiveValue, useTopicWanted } from "@/live/live";
import css from "@/screens/unit/unit.module.css";
import { words } from "@/screens/unit/words";
import { formatMeasured, NOTHING, unitSymbol } from "@/show/format";
import { When } from "@/show/show";
import { useChangeSearch } from "@/view/search";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const NUMERIC = new Set(["f64", "f32", "i64", "i32", "u64", "u32"]);

interface Shown { value: Scalar; ts: string | number | null; quality: number | null; qualityName: string; device: string | null }

/** The newest of what the page was loaded with and what came live. */
function useNewest(tag: Tag): Shown {
  const live = useLiveValue(tag.id);
  const last = tag.last;
  const loadedMs = last ? Date.parse(last.ts) : 0;
  if (!live || live.tsMs < loadedMs) return { value: last?.value ?? null, ts: last?.ts ?? null, quality: last?.quality ?? null, qualityName: last?.quality_name ?? "", device: last?.ts_device ?? null };
  const value = tag.kind === "bool" ? live.value !== 0 : live.value;
  const same = last?.quality === live.quality;
  return { value, ts: live.tsMs, quality: live.quality, qualityName: same ? last.quality_name : isGood(live.quality) ? "GOOD" : `0x${live.quality.toString(16)}`, device: live.tsMs === loadedMs ? (last?.ts_device ?? null) : null };
}

function valueText(shown: Shown, tag: Tag, language: "en" | "de"): string {
  if (shown.value === null || (shown.quality !== null && (shown.quality & 0xc0) === 0)) return NOTHING;
  if (typeof shown.value !== "number") return String(shown.value);
  const unit = unitSymbol(tag.unit);
  return unit ? `${formatMeasured(shown.value, language)}\u2009${unit}` : formatMeasured(shown.value, language);
}

function Row({ tag }: { tag: Tag }) {
  const say = useWords(words);
  const language = useLanguage();
  const change = useChangeSearch();
  const shown = useNewest(tag);
  const good = shown.quality !== null && isGood(shown.quality);
  return (
    <tr data-testid={`tag-${tag.property}`}>
      <th scope="row">{NUMERIC.has(tag.kind) ? <button type="button" className={css.textButton} onClick={() => change({ tab: "trend", tag: tag.property })}>{tag.property}</button> : tag.property}</th>
      <td className={css.right} data-testid="tag-value">{valueText(shown, tag, language)}</td>
      <td>{shown.quality !== null && <span className={good ? css.good : css.bad} data-testid="tag-quality">{!good && <Icon name="jam" size={14} />}{shown.qualityName}</span>}</td>
      <td><When at={shown.ts} as="exact" /></td>
      <td><When at={shown.device} as="exact" /></td>
      <td>{tag.connection ?? <span className="quiet">{say("internal")}</span>}</td>
      <td className={css.address}><span className="mono" data-testid="tag-address">{tag.address}</span></td>
    </tr>
  );
}

export default function TagsTab({ equipmentId }: { equipmentId: number }) {
  const say = useWords(words);
  const [text, setText] = useState("");
  useTopicWanted(`tags/${equipmentId}`);
  const { data, error, refetch } = useQuery({ ...tagsQuery(equipmentId), refetchInterval: 3_000 });
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={6} />;
  if (data.length === 0) return <Empty title={say("noTags")} hint={say("noTagsHint")} />;
  const wanted = text.trim().toLowerCase();
  const rows = data.filter((tag) => `${tag.property} ${tag.address ?? ""}`.toLowerCase().includes(wanted));
  return (
    <>
      {data.length > 12 && <div className={css.tabTools}><TextInput size="sm" type="search" value={text} onChange={(event) => setText(event.currentTarget.value)} placeholder={say("filter")} aria-label={say("filter")} /></div>}
      <div className={css.tableBox} tabIndex={0} role="region" aria-label={say("tags")}>
        <table className={`live ${css.table}`} data-testid="tags">
          <thead><tr>{(["signal", "value", "quality", "ts", "deviceTs", "connection", "address"] as const).map((key) => <th key={key} scope="col" className={key === "value" ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
          <tbody>{rows.map((tag) => <Row key={tag.id} tag={tag} />)}</tbody>
        </table>
      </div>
    </>
  );
}
