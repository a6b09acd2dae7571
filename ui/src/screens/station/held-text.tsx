// A text of the machine that names no job anybody knows: what it said, when, and the way on in one dialog.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { serverNowMs } from "@/api/client";
import { heldTextsQuery } from "@/api/queries";
import type { Equipment, JobText } from "@/api/types";
import { useMay } from "@/jobs/jobs";
import { useDo } from "@/outbox/said";
import css from "@/screens/station/dialogs.module.css";
import { Field, Products, Sheet } from "@/screens/station/job-dialogs";
import station from "@/screens/station/station.module.css";
import { textWords } from "@/screens/station/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useWords } from "@/words/words";

const ASK_AGAIN_MS = 30_000;
const BACK_MS = 30 * 86_400_000; // as far back as a held text still begins its job
const STEP_MS = 3_600_000;

function AnswerDialog({ text, here, onClose }: { text: JobText; here: Equipment; onClose: () => void }) {
  const say = useWords(textWords);
  const reader = useReader();
  const send = useDo();
  const [order, setOrder] = useState("");
  const [product, setProduct] = useState<string | null>(null);
  const answer = async (body: object) => {
    onClose();
    await send({ path: `/job-texts/${text.id}/answer`, body, label: "jobText", values: { text: text.text, machine: here.name } });
  };
  const named = { ...(order.trim() ? { job_order: order.trim() } : {}), ...(product ? { product } : {}) };
  return (
    <Sheet title={say("title", { text: text.text })} onClose={onClose} testid="text-dialog">
      <p className={css.hint}>{say("from", { tag: text.tag ?? "", address: text.address ?? "–", time: formatMoment(Date.parse(text.at), "minute", reader) })}</p>
      <Products chosen={product} onChoose={(chosen) => setProduct(chosen === product ? null : chosen)} />
      <div className={css.fields}><Field label={say("order")} value={order} onChange={setOrder} hint={say("optional")} testid="text-order" /></div>
      <div className={css.acts}>
        <button type="button" className={css.act} onClick={() => void answer({})} data-testid="text-nothing">{say("nothing")}</button>
        <button type="button" className={css.act} data-main="true" disabled={Object.keys(named).length === 0} onClick={() => void answer(named)} data-testid="text-answer">{say("answer")}</button>
      </div>
    </Sheet>
  );
}

/** The newest text that is held, how many there are, and for whoever may the way to say what it meant. */
export function HeldText({ here }: { here: Equipment }) {
  const say = useWords(textWords);
  const reader = useReader();
  const may = useMay("job.operate", here);
  const [open, setOpen] = useState<JobText | null>(null);
  const step = Math.ceil(serverNowMs() / STEP_MS) * STEP_MS;
  const span = { start: new Date(step - BACK_MS).toISOString(), end: new Date(step).toISOString() };
  const { data = [] } = useQuery({ ...heldTextsQuery(here.id, span), refetchInterval: ASK_AGAIN_MS });
  const [text, ...more] = data;
  if (!text) return null;
  const told = say(text.why ?? "unknown", { text: text.text, time: formatMoment(Date.parse(text.at), "minute", reader) });
  return (
    <div className={station.heldText} data-testid="station-held-text">
      <span>{told}{more.length > 0 && ` ${say("more", { n: more.length })}`}</span>
      {may && <button type="button" className={station.heldAct} onClick={() => setOpen(text)} data-testid="station-text-open">{say("open")}</button>}
      {open && <AnswerDialog text={open} here={here} onClose={() => setOpen(null)} />}
    </div>
  );
}
