// A counter that a person reads: what it showed at the beginning, which is where it stood, and at the end; the pieces follow.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { serverNowMs } from "@/api/client";
import { lastReadingsQuery } from "@/api/queries";
import type { CounterReading, Equipment } from "@/api/types";
import css from "@/counts/enter.module.css";
import { NumberPad } from "@/counts/pad";
import { readingWords } from "@/counts/reading-words";
import { apart, made, rollsAt } from "@/counts/readings";
import { Units, useSeenUnit } from "@/counts/units";
import { useDo } from "@/outbox/said";
import { formatMoment, formatNumber } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

const DIGITS_MAX = 10;
type Place = "before" | "after";

/** What was typed against where the counter stood. */
function useReading(last: CounterReading | undefined) {
  const [typed, setTyped] = useState<Record<Place, string>>({ before: "", after: "" });
  const [since, setSince] = useState<"previous" | "given" | null>(null);
  const before = typed.before === "" ? (last?.after ?? null) : Number(typed.before);
  const differs = last !== undefined && before !== null ? apart(last.after, before, last.modulus) : 0;
  const begin = differs !== 0 && since === "previous" && last ? last.after : before;
  const after = typed.after === "" ? null : Number(typed.after);
  const rolls = begin !== null && after !== null && after < begin ? (last?.modulus ?? rollsAt(begin)) : null;
  const quantity = begin === null || after === null ? null : made(begin, after, rolls);
  return { typed, setTyped, since, setSince, before, begin, differs, after, rolls, quantity, ready: quantity !== null && (differs === 0 || since !== null) };
}

/** Whether people may read a counter of a machine: no tag tells of its pieces. */
export function useMayRead(unit: Equipment | undefined): boolean {
  const { data } = useQuery({ ...lastReadingsQuery(unit?.id ?? 0), enabled: unit !== undefined });
  return data !== undefined && !data.by_tag.includes("good") && !data.by_tag.includes("total");
}

export function Reading({ unit, counter, onClose }: { unit: Equipment; counter: "good" | "total"; onClose: () => void }) {
  const { data, isPending } = useQuery(lastReadingsQuery(unit.id));
  return isPending ? null : <Form unit={unit} counter={counter} last={data?.items.find((one) => one.counter === counter)} onClose={onClose} />;
}

function Form({ unit, counter, last, onClose }: { unit: Equipment; counter: "good" | "total"; last: CounterReading | undefined; onClose: () => void }) {
  const say = useWords(readingWords);
  const reader = useReader();
  const send = useDo();
  const [place, setPlace] = useState<Place>(last ? "after" : "before");
  const [chosen, setChosen] = useState<string | null>(null);
  const counts = useSeenUnit(unit, chosen);
  const now = useReading(last);
  const n = (value: number) => formatNumber(value, reader.language);
  const save = () => { // the begin that is shown goes with it: where somebody has read the counter meanwhile the server tells
    const more = { before: now.begin, ...(now.differs !== 0 && now.since === "given" ? { since: now.since } : {}), ...(now.rolls === null ? {} : { modulus: now.rolls }), ...(counts === null ? {} : { unit: counts }) };
    onClose();
    const said = { n: n(now.quantity ?? 0), after: n(now.after ?? 0) };
    const what = counts === null ? say("saved", said) : say("savedIn", { ...said, unit: counts });
    void send({ path: `/equipment/${unit.id}/counter-readings`, body: { counter, after: now.after, ...more, end: new Date(serverNowMs()).toISOString() }, label: "counts", values: { machine: unit.name, what } });
  };
  const amount = (value: number) => (counts === null ? say("amount", { n: n(value) }) : `${n(value)} ${counts}`);
  const shown = (one: Place) => now.typed[one] || (one === "before" && last ? String(last.after) : "–");
  return (
    <>
      <div className={css.left}>
        <Units machine={unit} chosen={counts} onChoose={setChosen} />
        <div className={css.kinds} role="radiogroup" aria-label={say("counter")}>
          {(["before", "after"] as const).map((one) => (
            <button key={one} type="button" role="radio" aria-checked={one === place} className={css.kind} onClick={() => setPlace(one)} data-testid={`reading-${one}`}>
              <span>{say(one)}</span>
              <strong className="num" data-derived={one === "before" && now.typed.before === ""}>{shown(one)}</strong>
            </button>
          ))}
        </div>
        <p className={css.made} data-testid="reading-made">{now.quantity === null ? say("typeEnd") : counts === null ? say("made", { n: n(now.quantity) }) : `${n(now.quantity)} ${counts}`}</p>
        {now.rolls !== null && <p className="quiet" data-testid="reading-rolls">{say("rolls", { modulus: n(now.rolls) })}</p>}
        {last && <p className="quiet">{say("last", { reading: n(last.after), name: last.by, time: formatMoment(Date.parse(last.end), "minute", reader) })}</p>}
        {now.differs !== 0 && last && (
          <div role="radiogroup" aria-label={say("differs")} data-testid="reading-apart">
            <p className={css.wrong}>{say(now.differs > 0 ? "gap" : "overlap", { amount: amount(Math.abs(now.differs)) })}</p>
            <div className={css.units}>
              <button type="button" role="radio" aria-checked={now.since === "previous"} className={css.unit} onClick={() => now.setSince("previous")} data-testid="reading-since-previous">{say("sincePrevious", { reading: n(last.after) })}</button>
              <button type="button" role="radio" aria-checked={now.since === "given"} className={css.unit} onClick={() => now.setSince("given")} data-testid="reading-since-given">{say("sinceGiven", { reading: n(now.before ?? 0) })}</button>
            </div>
          </div>
        )}
      </div>
      <div className={css.right}>
        <NumberPad value={now.typed[place]} onChange={(value) => now.setTyped({ ...now.typed, [place]: value })} digits={DIGITS_MAX} />
        <button type="button" className={css.save} disabled={!now.ready} onClick={save} data-testid="reading-save">{say("save")}</button>
      </div>
    </>
  );
}
