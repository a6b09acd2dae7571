// The trend of one signal of the work unit, chosen in the address.
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { tagsQuery } from "@/api/queries";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { useTopicWanted } from "@/live/live";
import { words } from "@/screens/unit/words";
import css from "@/screens/unit/unit.module.css";
import { NUMERIC } from "@/signals/newest";
import { TagTrend } from "@/trend/tag-trend";
import type { Window } from "@/view/period";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

export default function TrendTab({ equipmentId, window }: { equipmentId: number; window: Window }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const { tag: asked } = useSearchText();
  useTopicWanted(`tags/${equipmentId}`);
  const { data, error, refetch } = useQuery(tagsQuery(equipmentId));
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  const numeric = data.filter((tag) => NUMERIC.has(tag.kind));
  const chosen = numeric.find((tag) => tag.property === asked) ?? numeric.find((tag) => tag.property === "speed") ?? numeric.find((tag) => tag.kind === "f64") ?? numeric[0];
  if (!chosen) return <Empty title={say("noNumeric")} />;
  return (
    <>
      <div className={css.tabTools}>
        <Select size="sm" aria-label={say("pick")} data={numeric.map((tag) => ({ value: tag.property, label: tag.property }))} value={chosen.property} onChange={(tag) => change({ tag })} allowDeselect={false} searchable data-testid="trend-tag" />
      </div>
      <TagTrend key={chosen.id} tag={chosen} window={window} />
    </>
  );
}
