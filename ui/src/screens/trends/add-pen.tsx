// Adds a signal to the trend: found by the server among all that the person may see.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { memo, useMemo, useState } from "react";
import { foundQuery } from "@/api/queries";
import { Icon } from "@/design/icons";
import { words } from "@/screens/trends/words";
import css from "@/screens/trends/trends.module.css";
import { NUMERIC } from "@/signals/newest";
import { PENS_MAX } from "@/trend/pens";
import { useWords } from "@/words/words";

const TYPED_MS = 150;
const OFFERED = 30;

export const AddPen = memo(function AddPen({ taken, onAdd }: { taken: readonly number[]; onAdd: (tag: number) => void }) {
  const say = useWords(words);
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text.trim(), TYPED_MS);
  const { data } = useQuery({ ...foundQuery({ find: find || null, limit: OFFERED }), staleTime: 60_000, placeholderData: keepPreviousData });
  const offered = useMemo(
    () => (data?.items ?? []).filter((tag) => !taken.includes(tag.id)).map((tag) => ({ value: String(tag.id), label: tag.path, disabled: !NUMERIC.has(tag.kind) })),
    [data, taken],
  );
  const full = taken.length >= PENS_MAX;
  return (
    <Select
      size="sm" className={css.add ?? ""} searchable value={null} searchValue={text} onSearchChange={setText} data={offered} filter={({ options }) => options} disabled={full} renderOption={({ option }) => <span translate="no">{option.label}</span>}
      onChange={(value) => { if (value) onAdd(Number(value)); setText(""); }} aria-label={say("add")} placeholder={full ? say("full") : say("addHint")} nothingFoundMessage={say("noFind")}
      leftSection={<Icon name="search" size={15} />} maxDropdownHeight={360} data-testid="add-pen"
    />
  );
});
