// Entering pieces in one action: good, scrap, all, rework and infeed on a number pad, the reason of the scrap beside it.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { serverNowMs } from "@/api/client";
import { scrapReasonsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import css from "@/counts/enter.module.css";
import { follows, type Kind, KINDS, scrapIn, sent, type Typed, wrong } from "@/counts/derived";
import { NumberPad } from "@/counts/pad";
import { Reading, useMayRead } from "@/counts/reading";
import { readingWords } from "@/counts/reading-words";
import { unitWords } from "@/counts/unit-words";
import { Units, useSeenUnit } from "@/counts/units";
import { words } from "@/counts/words";
import { Dialog } from "@/design/dialog";
import { useDo } from "@/outbox/said";
import { formatNumber } from "@/show/format";
import { useReasonName } from "@/states/names";
import { groupsOf } from "@/stops/tree";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const REASONS_SHOWN = 9; // three by three beside the pad; the last place leads to the others
const COMMENT_MAX = 2_000;

function Reasons({ unit, chosen, onChoose }: { unit: Equipment; chosen: string | null; onChoose: (key: string | null) => void }) {
  const say = useWords(words);
  const reasonName = useReasonName();
  const { data } = useQuery(scrapReasonsQuery(unit.id));
  const [page, setPage] = useState(0);
  const all = groupsOf(data?.items ?? []).flatMap((group) => group.leaves.map(({ key, name, under }) => ({ key, name: [under, name].filter(Boolean).join(" · ") })));
  const last = data?.last_used ?? [];
  const sorted = [...all].sort((a, b) => place(last, a.key) - place(last, b.key));
  const size = sorted.length > REASONS_SHOWN ? REASONS_SHOWN - 1 : REASONS_SHOWN;
  const pages = Math.ceil(sorted.length / size);
  if (sorted.length === 0) return null;
  return (
    <section aria-label={say("why")}>
      <h3 className={css.why}>{say("why")}</h3>
      <div className={css.reasons}>
        {sorted.slice(page * size, (page + 1) * size).map(({ key, name }) => <button key={key} type="button" className={css.reason} aria-pressed={chosen === key} onClick={() => onChoose(chosen === key ? null : key)} data-testid={`scrap-reason-${key}`}>{name || reasonName(key)}</button>)}
        {pages > 1 && <button type="button" className={css.reason} onClick={() => setPage((page + 1) % pages)} data-testid="scrap-more">{say("more")}</button>}
      </div>
    </section>
  );
}
const place = (last: readonly string[], key: string) => (last.includes(key) ? last.indexOf(key) : last.length);

interface Said extends Typed { reason: string | null; comment: string; unit: string | null }
const EMPTY: Said = { good: "", scrap: "", total: "", rework: "", infeed: "", reason: null, comment: "", unit: null };

/** One entry of all that was typed, for the moment at which it was typed. */
function useSave(unit: Equipment | undefined, typed: Said, onClose: () => void): () => void {
  const say = useWords(words);
  const sayUnit = useWords(unitWords);
  const language = useLanguage();
  const send = useDo();
  return () => {
    if (!unit) return;
    const pieces = sent(typed);
    const counted = KINDS.filter((kind) => pieces[kind]);
    const body = {
      ...pieces,
      ...(typed.reason && scrapIn(typed) > 0 ? { reason: typed.reason } : {}),
      ...(typed.unit === null ? {} : { unit: typed.unit }),
      ...(typed.comment.trim() ? { comment: typed.comment.trim() } : {}),
      end: new Date(serverNowMs()).toISOString(),
    };
    onClose();
    const what = counted.map((kind) => say(`${kind}N`, { n: formatNumber(Number(typed[kind]), language) })).join(", ");
    void send({ path: `/equipment/${unit.id}/count-entries`, body, label: "counts", values: { machine: unit.name, what: typed.unit === null ? what : sayUnit("inUnit", { what, unit: typed.unit }) } });
  };
}

/** All that was made, kind by kind. */
function Pieces({ unit, onClose }: { unit: Equipment | undefined; onClose: () => void }) {
  const say = useWords(words);
  const [kind, setKind] = useState<Kind>("good");
  const [said, setTyped] = useState<Said>(EMPTY);
  const typed = { ...said, unit: useSeenUnit(unit, said.unit) }; // never in a unit that is not shown any more
  const save = useSave(unit, typed, onClose);
  const derived = follows(typed);
  const why = wrong(typed);
  const shown = (one: Kind) => (derived?.kind === one ? String(derived.quantity) : typed[one] || "0");
  return (
    <>
      <div className={css.left}>
        {unit && <Units machine={unit} chosen={typed.unit} onChoose={(chosen) => setTyped({ ...typed, unit: chosen })} />}
        <div className={css.kinds} role="radiogroup" aria-label={say("pieces")}>
          {KINDS.map((one) => (
            <button key={one} type="button" role="radio" aria-checked={one === kind} className={css.kind} onClick={() => setKind(one)} data-testid={`enter-${one}`}>
              <span>{say(one)}</span>
              <strong className="num" data-derived={derived?.kind === one} data-long={shown(one).length > 4}>{shown(one)}</strong>
            </button>
          ))}
        </div>
        {why === "sum" && <p role="alert" className={css.wrong} data-testid="enter-wrong">{say("sum")}</p>}
        {unit && scrapIn(typed) > 0 && <Reasons key={unit.id} unit={unit} chosen={typed.reason} onChoose={(reason) => setTyped({ ...typed, reason })} />}
        <label className={css.comment}><span>{say("comment")}</span><input type="text" value={typed.comment} onChange={(event) => setTyped({ ...typed, comment: event.currentTarget.value })} maxLength={COMMENT_MAX} data-testid="enter-comment" /></label>
      </div>
      <div className={css.right}>
        <NumberPad value={typed[kind]} onChange={(value) => setTyped({ ...typed, [kind]: value })} />
        <button type="button" className={css.save} disabled={why !== null} onClick={save} data-testid="enter-save">{say("save")}</button>
      </div>
    </>
  );
}

const WAYS = ["pieces", "counter"] as const;

/** `units`: where pieces may be entered; the one that stands first is meant until another is chosen. */
export function EnterDialog({ units, onClose }: { units: readonly Equipment[]; onClose: () => void }) {
  const say = useWords(words);
  const sayHow = useWords(readingWords);
  const [unit, setUnit] = useState(units[0]);
  const [how, setHow] = useState<(typeof WAYS)[number]>("pieces");
  const mayRead = useMayRead(unit);
  const reads = mayRead && how === "counter";
  return (
    <Dialog opened onClose={onClose} title={say("title", { name: unit?.name ?? "" })} size="min(1000px, 100vw - 24px)" closeButtonProps={{ "aria-label": say("cancel"), size: 64 }} classNames={{ title: css.title ?? "", header: css.header ?? "", body: css.body ?? "" }} data-testid="enter-dialog">
      {units.length > 1 && <div className={`${css.units} ${css.whole}`} role="radiogroup" aria-label={say("which")}>{units.map((one) => <button key={one.id} type="button" role="radio" aria-checked={one.id === unit?.id} className={css.unit} onClick={() => setUnit(one)} data-testid={`enter-unit-${one.path}`}>{one.name}</button>)}</div>}
      {mayRead && <div className={`${css.units} ${css.whole}`} role="radiogroup" aria-label={sayHow("how")}>{WAYS.map((one) => <button key={one} type="button" role="radio" aria-checked={one === how} className={css.unit} onClick={() => setHow(one)} data-testid={`enter-by-${one}`}>{sayHow(one)}</button>)}</div>}
      {reads && unit ? <Reading key={unit.id} unit={unit} counter="good" onClose={onClose} /> : <Pieces unit={unit} onClose={onClose} />}
    </Dialog>
  );
}
