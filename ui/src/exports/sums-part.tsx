// What of the signals goes into a file instead of their samples, and over which stretches.
import { Chip, NativeSelect } from "@mantine/core";
import css from "@/exports/exports.module.css";
import { type Aggregate, AGGREGATES, OCCASIONS, type Over, type Sums } from "@/exports/sums";
import { words } from "@/exports/words";
import { useWords } from "@/words/words";

/** `equipment`: whose jobs, lots, shifts and stops may be the stretches; null: there is no one equipment. */
interface SumsPartProps { sums: Sums; equipment: { name: string } | null; onSums: (sums: Sums) => void }

export function SumsPart({ sums, equipment, onSums }: SumsPartProps) {
  const say = useWords(words);
  const { aggregates, over } = sums;
  const stretches = [
    { value: "every", label: say("overEvery") }, { value: "whole", label: say("overWhole") },
    ...(equipment ? OCCASIONS.map((value) => ({ value, label: say(value, { name: equipment.name }) })) : []),
  ];
  return (
    <>
      <div className={css.field}>
        <span>{say("aggregates")}</span>
        <Chip.Group multiple value={[...aggregates]} onChange={(chosen) => onSums({ ...sums, aggregates: AGGREGATES.filter((one) => chosen.includes(one)) })}>
          <span className={css.chips} role="group" aria-label={say("aggregates")}>{AGGREGATES.map((one: Aggregate) => <Chip key={one} size="xs" value={one} data-testid={`export-sum-${one}`}>{say(one)}</Chip>)}</span>
        </Chip.Group>
        {aggregates.length === 0 && <span role="alert" className={css.wrong}>{say("noAggregate")}</span>}
      </div>
      <NativeSelect label={say("over")} value={over} onChange={(event) => onSums({ ...sums, over: event.currentTarget.value as Over })} data={stretches} data-testid="export-over" />
    </>
  );
}
