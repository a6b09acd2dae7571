// Crews that take turns: the cycle day by day, its first day, and who is how many days behind.
import { ActionIcon, Button, NativeSelect, NumberInput, Switch, TextInput } from "@mantine/core";
import { serverNowMs } from "@/api/client";
import { Icon } from "@/design/icons";
import type { Definition, RotationEntry } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { mondayOf } from "@/screens/calendars/dates";
import { type Preset, presetOf, REST, withDays } from "@/screens/calendars/definition";
import { words } from "@/screens/calendars/words";
import { useWords } from "@/words/words";

const LETTERS = "ABCDEFGH";

interface Props { definition: Definition; onDefinition: (definition: Definition) => void }

function Cycle({ rotation, names, onRotation }: { rotation: RotationEntry; names: string[]; onRotation: (rotation: RotationEntry) => void }) {
  const say = useWords(words);
  const put = (place: number, name: string) => onRotation({ ...rotation, cycle: rotation.cycle.map((one, i) => (i === place ? name : one)) });
  const data = [{ value: REST, label: say("rest") }, ...names.map((name) => ({ value: name, label: name }))];
  return (
    <>
      <span className={css.small}>{say("cycle")}</span>
      <div className={css.cycle} data-testid="cycle">
        {rotation.cycle.map((name, i) => <NativeSelect key={i} size="xs" label={say("cycleDay", { n: i + 1 })} data={data} value={name} onChange={(event) => put(i, event.currentTarget.value)} />)}
      </div>
      <div className={css.inline}>
        <Button variant="subtle" size="compact-sm" onClick={() => onRotation(withDays(rotation, rotation.cycle.length + 1))}>{say("addDay")}</Button>
        <Button variant="subtle" size="compact-sm" onClick={() => onRotation(withDays(rotation, rotation.cycle.length - 1))}>{say("lessDay")}</Button>
      </div>
    </>
  );
}

function Crews({ rotation, onRotation }: { rotation: RotationEntry; onRotation: (rotation: RotationEntry) => void }) {
  const say = useWords(words);
  const crews = Object.entries(rotation.crews);
  const put = (next: [string, number][]) => onRotation({ ...rotation, crews: Object.fromEntries(next) });
  const free = [...LETTERS].find((letter) => !(letter in rotation.crews)) ?? `${crews.length + 1}`;
  return (
    <>
      <span className={css.small}>{say("crewsOf")}</span>
      {crews.map(([name, behind], i) => (
        <div key={i} className={css.inline}>
          <TextInput size="sm" label={say("crew")} value={name} onChange={(event) => put(crews.map((one, place) => (place === i ? [event.currentTarget.value, one[1]] : one)))} w={120} />
          <NumberInput size="sm" label={say("behind")} min={0} max={rotation.cycle.length - 1} value={behind} onChange={(value) => put(crews.map((one, place) => (place === i ? [one[0], Number(value) || 0] : one)))} w={120} />
          <ActionIcon variant="subtle" size="lg" disabled={crews.length === 1} onClick={() => put(crews.filter((_, place) => place !== i))} aria-label={say("removeRow", { name })}><Icon name="close" size={16} /></ActionIcon>
        </div>
      ))}
      <Button variant="subtle" size="compact-sm" style={{ alignSelf: "start" }} onClick={() => put([...crews, [free, 0]])}>{say("addCrew")}</Button>
    </>
  );
}

export function RotationFields({ definition, onDefinition }: Props) {
  const say = useWords(words);
  const { rotation } = definition;
  const names = [...new Set(definition.shifts.map((shift) => shift.name))];
  const put = (next: RotationEntry | null) => onDefinition({ ...definition, rotation: next });
  const monday = mondayOf(new Date(serverNowMs()).toISOString().slice(0, 10));
  const begin = (preset: Preset) => put(presetOf(preset, definition.shifts, rotation?.anchor ?? monday));
  return (
    <fieldset className={css.group}>
      <Switch label={say("rotation")} checked={rotation !== null} onChange={(event) => put(event.currentTarget.checked ? { anchor: monday, cycle: [names[0] ?? REST, REST], crews: { A: 0 } } : null)} data-testid="rotation" />
      {rotation && (
        <>
          <div className={css.inline}>
            <TextInput label={say("anchor")} type="date" value={rotation.anchor} onChange={(event) => put({ ...rotation, anchor: event.currentTarget.value })} />
            <span className={css.small}>{say("preset")}</span>
            <Button variant="default" size="sm" onClick={() => begin("2-2-3")} data-testid="preset-2-2-3">{say("preset223")}</Button>
            <Button variant="default" size="sm" onClick={() => begin("dupont")}>{say("presetDupont")}</Button>
          </div>
          <Cycle rotation={rotation} names={names} onRotation={put} />
          <Crews rotation={rotation} onRotation={put} />
        </>
      )}
    </fieldset>
  );
}
