// Who changed a calendar, when, why and what.
import { useQuery } from "@tanstack/react-query";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { type HistoryEntry, historyQuery } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { describeField } from "@/screens/calendars/describe";
import { words } from "@/screens/calendars/words";
import { When } from "@/show/show";
import { useWords } from "@/words/words";

const OPERATIONS = { "plant.apply": "opApply", "plant.rollback": "opRollback", "calendar.put_exception": "opPutException", "calendar.remove_exception": "opRemoveException", "calendar.put": "opPut", "calendar.remove": "opRemove" } as const;
const SHOWN = 6;

function Line({ entry }: { entry: HistoryEntry }) {
  const say = useWords(words);
  const what = entry.operation ? OPERATIONS[entry.operation as keyof typeof OPERATIONS] : undefined;
  const told = entry.changes.flatMap(([field, before, after]) => {
    const words = describeField(field, say);
    return words ? [{ field, title: words.title, before: words.read(before), after: words.read(after) }] : [];
  });
  return (
    <tr data-testid="history-entry">
      <th scope="row" className={css.nowrap}><When at={entry.at} as="full" /></th>
      <td translate="no">{entry.by ?? say("nobody")}</td>
      <td className={css.nowrap}>{what && say(what)}{entry.corrected && <><br /><span className={css.sign}>{say("corrected")}</span></>}</td>
      <td>
        <ul className={css.changes} translate="no">
          {told.slice(0, SHOWN).map((one) => <li key={one.field}><b>{one.title}</b>{` ${say("fieldChange", { before: one.before, after: one.after })}`}</li>)}
          {told.length > SHOWN && <li>{say("moreShifts", { n: told.length - SHOWN })}</li>}
        </ul>
      </td>
      <td translate="no">{entry.reason}</td>
    </tr>
  );
}

export default function HistoryTable({ calendarKey }: { calendarKey: string }) {
  const say = useWords(words);
  const { data, error, refetch } = useQuery(historyQuery(calendarKey));
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={5} />;
  if (data.length === 0) return <Empty icon="clock" title={say("noHistory")} />;
  return (
    <div className={css.tableBox} tabIndex={0} role="region" aria-label={say("history")}>
      <table className={css.table} data-testid="history">
        <thead><tr>{(["when", "who", "what", "preview", "reason"] as const).map((key) => <th key={key} scope="col">{say(key)}</th>)}</tr></thead>
        <tbody>{data.map((entry) => <Line key={entry.at} entry={entry} />)}</tbody>
      </table>
    </div>
  );
}
