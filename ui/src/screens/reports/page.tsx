// The reports of an equipment: freeze the period that is chosen, and open one that was frozen.
import { Button, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { change } from "@/api/client";
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { showToast } from "@/design/toast";
import { words as noticeWords } from "@/design/words";
import { type Report, reportsQuery, type View, VIEWS } from "@/screens/reports/ask";
import { Opened } from "@/screens/reports/opened";
import css from "@/screens/reports/reports.module.css";
import { words } from "@/screens/reports/words";
import { formatMoment } from "@/show/format";
import { useReader, When } from "@/show/show";
import { asSpan, usePeriod, type Window } from "@/view/period";
import { PeriodChooser } from "@/view/period-chooser";
import { reportsOf, useEquipmentPath } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const NAME_MAX = 200;

function FreezeDialog({ here, window, onClose }: { here: Equipment; window: Window; onClose: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const queries = useQueryClient();
  const goTo = useChangeSearch();
  const [name, setName] = useState(`${here.name} ${formatMoment(window.t0, "minute", reader)}`);
  const [view, setView] = useState<View>("kpis");
  const [note, setNote] = useState("");
  const send = useMutation({
    mutationFn: () => change<Report>("POST", "/reports", { name: name.trim(), view, equipment_id: here.id, ...asSpan(window), note: note.trim() || null }),
    onSuccess: ({ result: made }) => {
      showToast({ text: say("saved", { name: made.name }) });
      void queries.invalidateQueries({ queryKey: ["/reports"] });
      goTo({ report: String(made.id) });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={say("freeze")} closeButtonProps={{ "aria-label": say("close") }} size="lg" data-testid="freeze-dialog">
      <form className={css.form} onSubmit={submit}>
        <p className={css.hint}>{say("freezeHint")} <When at={window.t0} as="full" /> – <When at={window.t1} as="full" /></p>
        <TextInput label={say("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={NAME_MAX} required data-autofocus data-testid="freeze-name" />
        <Select label={say("view")} allowDeselect={false} value={view} onChange={(value) => setView((value ?? "kpis") as View)} data={VIEWS.map((value) => ({ value, label: say(value) }))} data-testid="freeze-view" />
        <Textarea label={say("note")} description={say("noteHint")} value={note} onChange={(event) => setNote(event.currentTarget.value)} rows={2} maxLength={1000} data-testid="freeze-note" />
        {send.error && <ProblemNotice error={send.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" loading={send.isPending} disabled={name.trim() === ""} data-testid="freeze-save">{say("save")}</Button>
        </div>
      </form>
    </Modal>
  );
}

function List({ here, chosen }: { here: Equipment; chosen: number | null }) {
  const say = useWords(words);
  const goTo = useChangeSearch();
  const { data, error, isPending, refetch } = useQuery(reportsQuery(here.id));
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending) return <Waiting lines={3} />;
  if (data.items.length === 0) return <Empty compact title={say("none")} hint={say("noneHint")} />;
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("list")}>
      <table className={css.table} data-testid="reports">
        <thead><tr>{(["name", "kind", "period", "by", "at", "state"] as const).map((key) => <th key={key} scope="col">{say(key)}</th>)}</tr></thead>
        <tbody>
          {data.items.map((one) => (
            <tr key={one.id} data-chosen={one.id === chosen} data-testid="report-row">
              <th scope="row"><button type="button" className={css.open} aria-label={say("open", { name: one.name })} aria-pressed={one.id === chosen} onClick={() => goTo({ report: one.id === chosen ? null : String(one.id) })} data-testid="report-open">{one.name}</button></th>
              <td>{say(one.view)}</td>
              <td><When at={one.start} /> – <When at={one.end} /></td>
              <td>{one.by}</td>
              <td><When at={one.at} /></td>
              <td>{one.withdrawn ? say("withdrawn", { name: one.withdrawn.by }) : say("valid")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ReportsOf({ here }: { here: Equipment }) {
  const say = useWords(words);
  const period = usePeriod(here.id, here.timezone);
  const [freezing, setFreezing] = useState<Window | null>(null);
  const { report } = useSearchText();
  const chosen = report && /^\d{1,15}$/.test(report) ? Number(report) : null;
  const { window } = period;
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><PeriodChooser period={period} /></div>
      <p className={css.help}>{say("help")}</p>
      <Panel title={say("list")} flush testid="reports-panel" tools={<Button size="sm" disabled={!window} onClick={() => setFreezing(window)} data-testid="freeze">{say("freeze")}</Button>}>
        <List here={here} chosen={chosen} />
      </Panel>
      {chosen !== null && <Opened key={chosen} id={chosen} />}
      {freezing && <FreezeDialog here={here} window={freezing} onClose={() => setFreezing(null)} />}
    </div>
  );
}

export default function ReportsPage() {
  const say = useWords(noticeWords);
  const { map, isPending, error, refetch } = useEquipment();
  const path = useEquipmentPath();
  if (isPending) return <Waiting lines={4} height={80} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  const first = map.roots[0];
  if (!path && first) return <Navigate to={reportsOf((map.groups(first)[0] ?? first).path)} replace />;
  const here = path ? map.byPath(path) : undefined;
  return here ? <ReportsOf key={here.id} here={here} /> : <Empty title={say("missing")} hint={say("missingHint")} />;
}
