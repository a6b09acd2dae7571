// The dialogs about jobs at the station: start one, end one, hand it over to the next shift. All large, all through the outbox.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { serverNowMs } from "@/api/client";
import { productsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Dialog } from "@/design/dialog";
import { Empty } from "@/design/notice";
import { idsOf, rateFor, type Run, useProductName } from "@/jobs/jobs";
import type { Command } from "@/outbox/outbox";
import { useDo } from "@/outbox/said";
import css from "@/screens/station/dialogs.module.css";
import { useLeave } from "@/screens/station/head";
import { jobWords } from "@/screens/station/words";
import { formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const TEXT_MAX = 120;
const PRODUCTS_AT_ONCE = 12;

export function Sheet({ title, onClose, children, testid }: { title: string; onClose: () => void; children: ReactNode; testid: string }) {
  const say = useWords(jobWords);
  return <Dialog opened onClose={onClose} title={title} size="min(1000px, 100vw - 24px)" closeButtonProps={{ "aria-label": say("cancel"), size: 64 }} classNames={{ title: css.title ?? "", header: css.header ?? "" }} data-testid={testid}>{children}</Dialog>;
}

export function Field({ label, value, onChange, testid, hint = "", max = TEXT_MAX }: { label: string; value: string; onChange: (value: string) => void; testid: string; hint?: string; max?: number }) {
  return <label className={css.field}><span>{label}</span><input type="text" value={value} onChange={(event) => onChange(event.currentTarget.value)} placeholder={hint} maxLength={max} data-testid={testid} /></label>;
}

const nowIso = () => new Date(serverNowMs()).toISOString();

function useEnd(): (run: Run, here: Equipment, at: string) => Command[] {
  const productName = useProductName();
  return (run, here, at) => idsOf(run, here).map((id) => ({ path: `/job-responses/${id}/end`, body: { ended_at: at }, label: "jobEnd", values: { product: productName(run.first.product), machine: here.name } }));
}

interface Given { product: string | null; order: string; lot: string; rate: string }
function startOf(here: Equipment, given: Given, more: object): { path: string; body: object } {
  const rate = Number(given.rate.replace(",", "."));
  return {
    path: "/job-responses",
    body: { equipment_id: here.id, product: given.product, ...(given.order.trim() ? { job_order: given.order.trim() } : {}), ...(given.lot.trim() ? { lot: given.lot.trim() } : {}), ...(given.rate.trim() && rate > 0 ? { standard_rate_upm: rate } : {}), ...more },
  };
}

export function Products({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  const say = useWords(jobWords);
  const { data: products = [] } = useQuery(productsQuery());
  const [page, setPage] = useState(0);
  const pages = Math.ceil(products.length / PRODUCTS_AT_ONCE);
  if (products.length === 0) return <Empty compact title={say("noProducts")} />;
  return (
    <div className={css.products} role="radiogroup" aria-label={say("product")}>
      {products.slice(page * PRODUCTS_AT_ONCE, (page + 1) * PRODUCTS_AT_ONCE).map((product) => <button key={product.id} type="button" role="radio" aria-checked={chosen === product.id} className={css.product} onClick={() => onChoose(product.id)} data-testid={`product-${product.id}`}>{product.name}</button>)}
      {pages > 1 && <button type="button" className={css.product} onClick={() => setPage((page + 1) % pages)}>{say("more")}</button>}
    </div>
  );
}

export function StartDialog({ here, runs, onClose }: { here: Equipment; runs: readonly Run[]; onClose: () => void }) {
  const say = useWords(jobWords);
  const language = useLanguage();
  const { map } = useEquipment();
  const { data: products = [] } = useQuery(productsQuery());
  const productName = useProductName();
  const send = useDo();
  const [given, setGiven] = useState<Given>({ product: null, order: "", lot: "", rate: "" });
  const usual = rateFor(products.find((product) => product.id === given.product), map.chain(here));
  const start = async (how: "alone" | "beside") => {
    const at = nowIso();
    const more = how === "beside" ? { beside: true } : { ends: runs.flatMap((run) => idsOf(run, here)) };
    onClose();
    await send({ ...startOf(here, given, { started_at: at, ...more }), label: "jobStart", values: { product: productName(given.product ?? ""), machine: here.name } });
  };
  return (
    <Sheet title={say("title", { name: here.name })} onClose={onClose} testid="start-dialog">
      <Products chosen={given.product} onChoose={(product) => setGiven({ ...given, product })} />
      <div className={css.fields}>
        <Field label={say("order")} value={given.order} onChange={(order) => setGiven({ ...given, order })} hint={say("optional")} testid="start-order" />
        <Field label={say("lot")} value={given.lot} onChange={(lot) => setGiven({ ...given, lot })} hint={say("optional")} testid="start-lot" />
        <Field label={say("rate")} value={given.rate} onChange={(rate) => setGiven({ ...given, rate })} hint={usual === null ? say("optional") : say("usual", { rate: formatNumber(usual, language) })} testid="start-rate" />
      </div>
      <div className={css.acts}>
        {runs.length > 0 && runs.length < here.jobs_at_once && <button type="button" className={css.act} disabled={!given.product} onClick={() => void start("beside")} data-testid="start-beside">{say("beside")}</button>}
        <button type="button" className={css.act} data-main="true" disabled={!given.product} onClick={() => void start("alone")} data-testid="start-submit">{say(runs.length > 0 ? "change" : "start")}</button>
      </div>
    </Sheet>
  );
}

export function EndDialog({ here, runs, onClose }: { here: Equipment; runs: readonly Run[]; onClose: () => void }) {
  const say = useWords(jobWords);
  const productName = useProductName();
  const endOf = useEnd();
  const send = useDo();
  const end = (run: Run) => {
    onClose();
    void send(...endOf(run, here, nowIso()));
  };
  return (
    <Sheet title={say("end")} onClose={onClose} testid="end-dialog">
      <div className={css.acts}>
        {runs.map((run) => <button key={run.key} type="button" className={css.act} data-main="true" onClick={() => end(run)} data-testid="end-submit">{say("endSure", { product: productName(run.first.product), name: here.name })}</button>)}
        <button type="button" className={css.act} onClick={onClose}>{say("cancel")}</button>
      </div>
    </Sheet>
  );
}

/** What runs goes on under the next shift's names, with a note for them. */
export function HandOverDialog({ here, runs, onClose }: { here: Equipment; runs: readonly Run[]; onClose: () => void }) {
  const say = useWords(jobWords);
  const productName = useProductName();
  const product = runs.map((run) => productName(run.first.product)).join(", ");
  const send = useDo();
  const leave = useLeave();
  const [note, setNote] = useState("");
  const [crew, setCrew] = useState("");
  const empty = !note.trim() && !crew.trim();
  const hand = async (then: "stay" | "leave") => {
    const body = { ...(note.trim() ? { note: note.trim() } : {}), ...(crew.trim() ? { crew: crew.trim() } : {}), handed_over_at: nowIso() };
    onClose();
    const outcomes = await send(...runs.flatMap((run) => idsOf(run, here).map((id) => ({ path: `/job-responses/${id}/hand-over`, body, label: "handOver", values: { product: productName(run.first.product) } }))));
    if (then === "leave" && outcomes.every((outcome) => outcome.kind === "sent")) leave();
  };
  return (
    <Sheet title={say("handOver", { product })} onClose={onClose} testid="hand-over-dialog">
      <div className={css.fields}>
        <Field label={say("note")} value={note} onChange={setNote} hint={say("noteHint")} max={2000} testid="hand-over-note" />
        <Field label={say("crew")} value={crew} onChange={setCrew} hint={say("optional")} testid="hand-over-crew" />
      </div>
      <div className={css.acts}>
        <button type="button" className={css.act} disabled={empty} onClick={() => void hand("stay")} data-testid="hand-over-submit">{say("hand")}</button>
        <button type="button" className={css.act} data-main="true" disabled={empty} onClick={() => void hand("leave")} data-testid="hand-over-leave">{say("handAndLeave")}</button>
      </div>
    </Sheet>
  );
}
