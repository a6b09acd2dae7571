// Starting a job: product first, the rest only where somebody needs it.
import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem, fieldOf } from "@/api/problem";
import { productsQuery } from "@/api/queries";
import type { Equipment, JobResponse } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import { type Given, rateFor, startJob } from "@/jobs/jobs";
import css from "@/screens/unit/unit.module.css";
import { words } from "@/screens/unit/words";
import { formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { refusalOf } from "@/words/refusals";
import { useWords } from "@/words/words";

interface DialogProps { equipment: Equipment; running: JobResponse | undefined; onClose: () => void; onStarted: (audits: readonly string[]) => void }
function useStart(props: DialogProps) {
  return useMutation({ mutationFn: (given: Given) => startJob(props.equipment, props.running, given), onSuccess: props.onStarted });
}

export function JobDialog(props: DialogProps) {
  const { equipment, running, onClose } = props;
  const say = useWords(words);
  const language = useLanguage();
  const { map } = useEquipment();
  const { data: products = [] } = useQuery(productsQuery());
  const [given, setGiven] = useState<Given>({ product: null, rate: null, order: "", lot: "" });
  const start = useStart(props);
  const usual = rateFor(products.find((product) => product.id === given.product), map.chain(equipment));
  const wrong = start.error ? fieldOf(asProblem(start.error)) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (given.product) start.mutate(given);
  };
  return (
    <Dialog opened onClose={onClose} title={say("startJob")} closeButtonProps={{ "aria-label": say("cancel") }} size="md" data-testid="job-dialog">
      <form className={css.form} onSubmit={submit}>
        <Select label={say("product")} description={products.length ? say("productHint") : say("noProducts")} data={products.map((product) => ({ value: product.id, label: product.name }))} value={given.product} onChange={(product) => setGiven({ ...given, product })} searchable required size="md" data-autofocus data-testid="job-product" />
        <NumberInput label={say("standardRate")} description={say("rateHint")} placeholder={usual === null ? "" : formatNumber(usual, language)} value={given.rate ?? ""} onChange={(rate) => setGiven({ ...given, rate: typeof rate === "number" ? rate : null })} min={0.001} decimalScale={3} size="md" error={wrong === "standard_rate_upm" ? (refusalOf(asProblem(start.error), language).detail ?? undefined) : undefined} data-testid="job-rate" />
        <div className={css.pair}>
          <TextInput label={say("jobOrder")} placeholder={say("optional")} value={given.order} onChange={(event) => setGiven({ ...given, order: event.currentTarget.value })} maxLength={120} size="md" data-testid="job-order" />
          <TextInput label={say("lotField")} placeholder={say("optional")} value={given.lot} onChange={(event) => setGiven({ ...given, lot: event.currentTarget.value })} maxLength={120} size="md" data-testid="job-lot" />
        </div>
        {running && <p className={css.small}>{say("endsOther")}</p>}
        {start.error && <ProblemNotice error={start.error} compact />}
        <div className={css.pair}>
          <Button className={css.touch} variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button className={css.touch} type="submit" disabled={!given.product} loading={start.isPending} data-testid="job-submit">{say("startJob")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
