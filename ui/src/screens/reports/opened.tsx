// One report: whether it is still what was frozen, its figures, what is another figure today and who moved it.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { change } from "@/api/client";
import type { FrozenReport } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { useMe } from "@/app/gate";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { Opens } from "@/explain/opens";
import { frozenOf } from "@/freezing/ask";
import { useFigureName, useFigureQuestion, useFigureValue } from "@/freezing/figures";
import { MovedFigures } from "@/freezing/moved";
import { Give, GiveSeen } from "@/giving/give";
import { type Broken, type Opened as Answer, openedQuery, sinceQuery } from "@/screens/reports/ask";
import css from "@/screens/reports/reports.module.css";
import { words } from "@/screens/reports/words";
import { When } from "@/show/show";
import { useTold } from "@/told/told";
import { useWords } from "@/words/words";

function Intact({ broken, digest }: { broken: Broken; digest: string }) {
  const say = useWords(words);
  return (
    <p className={css.intact} data-broken={broken ?? undefined} role={broken ? "alert" : undefined} data-testid="report-intact">
      <Icon name={broken ? "jam" : "locked"} size={18} />
      <span>{say(broken ?? "intact")} <span className={css.digest} translate="no">{say("fingerprint", { digest })}</span></span>
    </p>
  );
}

function Since({ id }: { id: number }) {
  const say = useWords(words);
  const nameOf = useFigureName();
  const { data, error, refetch } = useQuery(sinceQuery(id));
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (!data) return <Waiting lines={3} />;
  if (data.moved.length === 0) return <Empty compact icon="check" title={say("nothing")} />;
  return (
    <>
      {data.otherwise.length > 0 && <p className={css.said} role="note" data-testid="report-otherwise">{say("otherwise", { what: data.otherwise.map(nameOf).join(", ") })}</p>}
      <MovedFigures as="frozen" label={say("since")} found={data} of={frozenOf(data.report)} />
    </>
  );
}

function Keep({ report }: { report: FrozenReport }) {
  const say = useWords(words);
  const queries = useQueryClient();
  const tell = useTold(["/reports"]);
  const isBack = report.withdrawn !== null;
  const send = useMutation({
    mutationFn: () => change("POST", `/reports/${report.id}/${isBack ? "restore" : "withdraw"}`, {}),
    onSuccess: ({ auditId }) => {
      tell(say(isBack ? "didRestore" : "didWithdraw", { name: report.name }), auditId);
      void queries.invalidateQueries({ queryKey: ["/reports"] });
    },
  });
  return <><Button variant="default" size="sm" loading={send.isPending} onClick={() => send.mutate()} data-testid="report-withdraw">{say(isBack ? "restore" : "withdraw")}</Button>{send.error && <ProblemNotice error={send.error} compact />}</>;
}

function Figures({ opened }: { opened: Answer }) {
  const say = useWords(words);
  const nameOf = useFigureName();
  const valueOf = useFigureValue();
  const questionOf = useFigureQuestion();
  const of = frozenOf(opened.report);
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={opened.report.name}>
      <table className={css.table} data-testid="report-figures">
        <thead><tr><th scope="col">{say("figure")}</th><th scope="col" className={css.right}>{say("frozen")}</th></tr></thead>
        <tbody>{opened.figures.map((one) => <tr key={one.key}><th scope="row">{nameOf(one)}</th><td className={css.right}><Opens question={questionOf(one, of)} testid={`frozen-${one.key}`}>{valueOf(one.value, one.unit)}</Opens></td></tr>)}</tbody>
      </table>
    </div>
  );
}

export function Opened({ id }: { id: number }) {
  const say = useWords(words);
  const me = useMe();
  const { map } = useEquipment();
  const nameOf = useFigureName();
  const { data, error, refetch } = useQuery(openedQuery(id));
  if (error && !data) return <ProblemNotice error={error} title={say("missing")} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={6} />;
  const { report } = data;
  const table = () => ({ name: report.name, head: [say("figure"), "key", "unit", say("frozen")], rows: data.figures.map((one) => [nameOf(one), one.key, one.unit, one.value]) });
  const isOwn = report.by_id === me.person.id;
  return (
    <>
      <Panel title={report.name} tools={<>{isOwn && <Keep report={report} />}<Give of={{ here: map.byId(report.equipment_id) ?? null, start: report.start, end: report.end, readMs: Date.parse(report.at) }} table={table} /></>} testid="report-opened">
        <p className={css.said}><When at={report.start} as="full" /> – <When at={report.end} as="full" /> · {say(report.view)} · {say("by")} {report.by}, <When at={report.at} as="full" /></p>
        {report.note && <q className={css.note}>{report.note}</q>}
        <Intact broken={data.broken} digest={report.digest} />
        <Figures opened={data} />
      </Panel>
      <Panel title={say("since")} tools={<GiveSeen of={{ here: map.byId(report.equipment_id) ?? null, start: report.start, end: report.end }} name={`${say("since")} ${report.name}`} />} testid="report-since"><Since id={id} /></Panel>
    </>
  );
}
