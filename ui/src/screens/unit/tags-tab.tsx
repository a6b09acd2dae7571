// The signals of a work unit: value, quality, both times, and where in the controller they come from.
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tagsQuery } from "@/api/queries";
import type { Tag } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useTopicWanted } from "@/live/live";
import css from "@/screens/unit/unit.module.css";
import { words } from "@/screens/unit/words";
import { When } from "@/show/show";
import { useNewest, valueWithUnit } from "@/signals/newest";
import { QualitySign } from "@/signals/quality-sign";
import { connectionOf, Go, tagOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

function Row({ tag }: { tag: Tag }) {
  const say = useWords(words);
  const language = useLanguage();
  const newest = useNewest(tag);
  return (
    <tr data-testid={`tag-${tag.property}`}>
      <th scope="row"><Go to={tagOf(tag.id)} className="link" testid="tag-link">{tag.property}</Go></th>
      <td className={css.right} data-testid="tag-value">{valueWithUnit(newest, tag, language)}</td>
      <td data-testid="tag-quality">{newest && <QualitySign quality={newest.quality} />}</td>
      <td>{newest && <When at={newest.tsMs} as="exact" />}</td>
      <td>{newest?.deviceMs && <When at={newest.deviceMs} as="exact" />}</td>
      <td>{tag.connection ? <Go to={connectionOf(tag.connection)} className="link"><span translate="no">{tag.connection}</span></Go> : <span className="quiet">{say("internal")}</span>}</td>
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
