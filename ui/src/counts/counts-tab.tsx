// What people said about pieces in the period: held counter jumps that wait for a decision, and entries by hand.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { countEntriesQuery, heldJumpsQuery } from "@/api/queries";
import type { CountEntry, Equipment, HeldJump } from "@/api/types";
import css from "@/counts/counts.module.css";
import { HeldEntries } from "@/counts/held-entries";
import { words } from "@/counts/words";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { GiveSeen } from "@/giving/give";
import { words as kpiText } from "@/kpi/words";
import { useMay } from "@/jobs/jobs";
import { useDo } from "@/outbox/said";
import { formatMoment, formatNumber } from "@/show/format";
import { Num, useReader, When } from "@/show/show";
import { useReasonName } from "@/states/names";
import { asSpan, type Window } from "@/view/period";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const WHY_MAX = 2_000;

function Review({ jump, unit }: { jump: HeldJump; unit: Equipment }) {
  const say = useWords(words);
  const send = useDo();
  const [why, setWhy] = useState("");
  const [quantity, setQuantity] = useState(jump.quantity > 0 ? String(jump.quantity) : ""); // what a swapped counter made nobody knows
  const decide = (what: "accept" | "dismiss") => {
    const more = what === "accept" && Number(quantity) !== jump.quantity ? { quantity: Number(quantity) } : {};
    void send({ path: `/held-jumps/${encodeURIComponent(jump.held_id)}/${what}`, body: { ...more, ...(jump.decision ? { again: true } : {}), ...(why.trim() ? { reason: why.trim() } : {}) }, label: "jump", values: { machine: unit.name, what: say(what) } });
  };
  return (
    <div className={css.review}>
      <label className={css.field}><span>{say("quantity")}</span><input type="text" inputMode="numeric" value={quantity} onChange={(event) => setQuantity(event.currentTarget.value.replace(/\D/g, ""))} data-testid="jump-quantity" /></label>
      <label className={css.wide}><span>{say("whyAsk")}</span><input type="text" value={why} onChange={(event) => setWhy(event.currentTarget.value)} placeholder={say("whyHint")} maxLength={WHY_MAX} data-testid="jump-why" /></label>
      <button type="button" className={css.act} disabled={!Number(quantity)} onClick={() => decide("accept")} data-testid="jump-accept">{say("accept")}</button>
      <button type="button" className={css.act} disabled={!why.trim()} onClick={() => decide("dismiss")} data-testid="jump-dismiss">{say("dismiss")}</button>
    </div>
  );
}

export function Jump({ jump, unit, mayDecide }: { jump: HeldJump; unit: Equipment; mayDecide: boolean }) {
  const say = useWords(words);
  const reader = useReader();
  const n = (value: number) => formatNumber(value, reader.language);
  const waits = jump.decision === null || jump.evidence_changed;
  return (
    <li className={css.jump} data-waits={waits} data-testid="held-jump">
      <div className={css.jumpHead}>
        {waits && <Icon name="jam" size={18} />}
        <strong>{`${jump.counter}: ${say("fromTo", { before: n(jump.before), after: n(jump.after) })}`}</strong>
        <span className="num">{`+${n(jump.quantity)}`}</span>
        <span className="quiet">{`${formatMoment(Date.parse(jump.start), "full", reader)} – ${formatMoment(Date.parse(jump.end), "second", reader)} · ${wordFor(words, reader.language, jump.cause)}`}</span>
        <span className={css.verdict}>{jump.decision === null ? say("undecided") : jump.decision === "accepted" ? say("accepted", { n: n(jump.counted) }) : say("dismissed")}</span>
      </div>
      {jump.decided_by && jump.decided_at && <p className="quiet">{[say("decidedBy", { name: jump.decided_by, time: formatMoment(Date.parse(jump.decided_at), "full", reader) }), jump.why && say("whyGiven", { why: jump.why }), jump.gone && say("gone")].filter(Boolean).join(" · ")}</p>}
      {jump.decision && jump.evidence_changed && <p className={css.changed}>{say("changed")}</p>}
      {waits && mayDecide && !jump.gone && <Review jump={jump} unit={unit} />}
    </li>
  );
}

function Jumps({ unit, window }: { unit: Equipment; window: Window }) {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery(heldJumpsQuery(unit.id, asSpan(window)));
  const mayDecide = useMay("count.review", unit);
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending) return <Waiting lines={2} />;
  if (data.length === 0) return <Empty compact icon="check" title={say("noJumps")} hint={say("noJumpsHint")} />;
  return <ul className={css.list} data-testid="held-jumps">{data.map((jump) => <Jump key={jump.held_id} jump={jump} unit={unit} mayDecide={mayDecide} />)}</ul>;
}

function EntryRow({ entry, unit, mayEnter }: { entry: CountEntry; unit: Equipment; mayEnter: boolean }) {
  const say = useWords(words);
  const language = useLanguage();
  const reasonName = useReasonName();
  const send = useDo();
  const [sure, setSure] = useState(false);
  const withdraw = () => void send({ path: `/count-entries/${entry.entry_id}/withdraw`, body: {}, label: "undo", values: { what: `${formatNumber(entry.quantity, language)} ${wordFor(kpiText, language, entry.kind)}`, machine: unit.name } });
  return (
    <tr data-withdrawn={entry.withdrawn} data-testid="count-entry">
      <td><When at={entry.end} as="full" /></td>
      <td className={css.right}><Num value={entry.quantity} /></td>
      <td>{wordFor(kpiText, language, entry.kind)}</td>
      <td>{reasonName(entry.reason)}</td>
      <td>{entry.comment}</td>
      <td>{entry.by}</td>
      <td className={css.right}>{entry.withdrawn ? <span className="quiet">{say("withdrawn")}</span> : mayEnter && <button type="button" className={css.small} onClick={() => (sure ? withdraw() : setSure(true))} data-testid="count-withdraw">{say(sure ? "withdrawSure" : "withdraw")}</button>}</td>
    </tr>
  );
}

function Entries({ unit, window }: { unit: Equipment; window: Window }) {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery(countEntriesQuery(unit.id, asSpan(window)));
  const mayEnter = useMay("count.enter", unit);
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending) return <Waiting lines={3} />;
  if (data.length === 0) return <Empty compact title={say("noEntries")} hint={say("noEntriesHint")} />;
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("entries")}>
      <table className={css.table}>
        <thead><tr><th scope="col">{say("when")}</th><th scope="col" className={css.right}>{say("pieces")}</th><th scope="col" /><th scope="col">{say("reason")}</th><th scope="col">{say("comment")}</th><th scope="col">{say("by")}</th><th scope="col" /></tr></thead>
        <tbody>{data.map((entry) => <EntryRow key={`${entry.entry_id} ${entry.kind}`} entry={entry} unit={unit} mayEnter={mayEnter} />)}</tbody>
      </table>
    </div>
  );
}

export default function CountsTab({ unit, window }: { unit: Equipment; window: Window }) {
  const say = useWords(words);
  return (
    <div className={css.tab}>
      <h3>{say("jumps")}</h3>
      <Jumps unit={unit} window={window} />
      <HeldEntries unit={unit} window={window} />
      <section className={css.part}>
        <div className={css.headed}><h3>{say("entries")}</h3><GiveSeen of={{ here: unit, ...asSpan(window) }} name={`${say("entries")} ${unit.name}`} /></div>
        <Entries unit={unit} window={window} />
      </section>
    </div>
  );
}
