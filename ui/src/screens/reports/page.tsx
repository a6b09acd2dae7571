// The reports of an equipment: freeze the period that is chosen, and open one that was frozen.
import { useQuery } from "@tanstack/react-query";
import type { Equipment, FrozenReport } from "@/api/types";
import { AtPlace } from "@/app/at-place";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { Freeze } from "@/freezing/freeze";
import { GiveSeen } from "@/giving/give";
import { reportsQuery } from "@/screens/reports/ask";
import { Opened } from "@/screens/reports/opened";
import css from "@/screens/reports/reports.module.css";
import { words } from "@/screens/reports/words";
import { When } from "@/show/show";
import { usePeriod } from "@/view/period";
import { PeriodChooser } from "@/view/period-chooser";
import { reportsOf } from "@/view/place";
import { useChangeSearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

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
  const goTo = useChangeSearch();
  const { report } = useSearchText();
  const chosen = report && /^\d{1,15}$/.test(report) ? Number(report) : null;
  return (
    <div className={css.page}>
      <div className={css.titleRow}><h1>{say("title", { name: here.name })}</h1><PeriodChooser period={period} /></div>
      <p className={css.help}>{say("help")}</p>
      <Panel title={say("list")} flush testid="reports-panel" tools={<><Freeze here={here} window={period.window} view="kpis" variant="filled" onMade={(made: FrozenReport) => goTo({ report: String(made.id) })} /><GiveSeen of={{ here }} name={say("title", { name: here.name })} /></>}>
        <List here={here} chosen={chosen} />
      </Panel>
      {chosen !== null && <Opened key={chosen} id={chosen} />}
    </div>
  );
}

export default function ReportsPage() {
  return <AtPlace at={reportsOf} Shown={ReportsOf} />;
}
