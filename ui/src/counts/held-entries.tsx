// Entries of more pieces than the machine can make: who entered them, what is possible, and the decision of who may review.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { heldEntriesQuery } from "@/api/queries";
import type { Equipment, HeldEntry } from "@/api/types";
import css from "@/counts/counts.module.css";
import { words } from "@/counts/words";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import { useMay } from "@/jobs/jobs";
import { useDo } from "@/outbox/said";
import { formatMoment, formatNumber } from "@/show/format";
import { useReader } from "@/show/show";
import { useReasonName } from "@/states/names";
import { asSpan, type Window } from "@/view/period";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const WHY_MAX = 2_000;
const KINDS = ["good", "scrap", "rework", "infeed"] as const;
const VERDICTS = { released: "released", rejected: "rejected", withdrawn: "withdrawnByOwn" } as const;

/** What was entered, in words: `900 good, 7 scrap`. */
function usePieces(): (entry: HeldEntry) => string {
  const say = useWords(words);
  const language = useLanguage();
  return (entry) => KINDS.filter((kind) => entry[kind] !== 0).map((kind) => say(`${kind}N`, { n: formatNumber(entry[kind], language) })).join(", ");
}

function Review({ entry, unit }: { entry: HeldEntry; unit: Equipment }) {
  const say = useWords(words);
  const send = useDo();
  const pieces = usePieces();
  const [why, setWhy] = useState("");
  const [good, setGood] = useState(String(entry.good));
  const decide = (what: "release" | "reject") => {
    const better = what === "release" && Number(good) !== entry.good ? { good: Number(good) } : {};
    void send({ path: `/held-entries/${entry.entry_id}/${what}`, body: { ...better, ...(why.trim() ? { reason: why.trim() } : {}) }, label: "heldEntry", values: { machine: unit.name, what: `${pieces(entry)}: ${say(what)}` } });
  };
  return (
    <div className={css.review}>
      <label className={css.field}><span>{say("good")}</span><input type="text" inputMode="numeric" value={good} onChange={(event) => setGood(event.currentTarget.value.replace(/\D/g, ""))} data-testid="held-good" /></label>
      <label className={css.wide}><span>{say("whyAsk")}</span><input type="text" value={why} onChange={(event) => setWhy(event.currentTarget.value)} placeholder={say("whyHint")} maxLength={WHY_MAX} data-testid="held-why" /></label>
      <button type="button" className={css.act} disabled={good === ""} onClick={() => decide("release")} data-testid="held-release">{say("release")}</button>
      <button type="button" className={css.act} disabled={!why.trim()} onClick={() => decide("reject")} data-testid="held-reject">{say("reject")}</button>
    </div>
  );
}

export function Held({ entry, unit, mayDecide }: { entry: HeldEntry; unit: Equipment; mayDecide: boolean }) {
  const say = useWords(words);
  const reader = useReader();
  const reasonName = useReasonName();
  const pieces = usePieces();
  const n = (value: number) => formatNumber(value, reader.language);
  const waits = entry.decision === null;
  const start = entry.start === entry.end ? "" : `${formatMoment(Date.parse(entry.start), "full", reader)} – `;
  return (
    <li className={css.jump} data-waits={waits} data-testid="held-entry">
      <div className={css.jumpHead}>
        {waits && <Icon name="jam" size={18} />}
        <strong>{pieces(entry)}</strong>
        <span className="num">{say("tooMany", { made: n(entry.made), possible: n(entry.possible) })}</span>
        <span className="quiet">{[`${start}${formatMoment(Date.parse(entry.end), "full", reader)}`, entry.by, entry.reason && reasonName(entry.reason), entry.comment].filter(Boolean).join(" · ")}</span>
        <span className={css.verdict}>{entry.decision === null ? say("undecided") : say(VERDICTS[entry.decision])}</span>
      </div>
      {entry.decided_by && entry.decided_at && <p className="quiet">{[say("decidedBy", { name: entry.decided_by, time: formatMoment(Date.parse(entry.decided_at), "full", reader) }), entry.why && say("whyGiven", { why: entry.why })].filter(Boolean).join(" · ")}</p>}
      {waits && mayDecide && <Review entry={entry} unit={unit} />}
    </li>
  );
}

/** Nothing where nothing was held: most days. */
export function HeldEntries({ unit, window }: { unit: Equipment; window: Window }) {
  const say = useWords(words);
  const { data, error, refetch } = useQuery(heldEntriesQuery(unit.id, asSpan(window)));
  const mayDecide = useMay("count.review", unit);
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (!data?.length) return null;
  return (
    <>
      <h3>{say("held")}</h3>
      <ul className={css.list} data-testid="held-entries">{data.map((entry) => <Held key={entry.entry_id} entry={entry} unit={unit} mayDecide={mayDecide} />)}</ul>
    </>
  );
}
