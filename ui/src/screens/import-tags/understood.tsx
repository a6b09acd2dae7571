// How a list was understood: its form, what it does not tell, and what each column became; a person may say otherwise.
import { Panel } from "@/design/panel";
import type { List } from "@/screens/import-tags/api";
import css from "@/screens/import-tags/import-tags.module.css";
import { useSaid } from "@/screens/import-tags/rows";
import { words } from "@/screens/import-tags/words";
import { useWords } from "@/words/words";

type Meanings = Record<number, string | null>;
const FIELD = (field: string) => (field === "equipment" ? "equipmentField" : field) as keyof typeof words.en;

function Columns({ list, onColumns }: { list: List; onColumns: (columns: Meanings) => void }) {
  const say = useWords(words);
  const choose = (place: number, field: string | null) => onColumns(Object.fromEntries(list.columns.map((column, n) => [n, n === place ? field : column.field === field ? null : column.field])));
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("columns")}>
      <table className={css.table} data-testid="tag-columns">
        <thead><tr><th scope="col">{say("heading")}</th><th scope="col">{say("means")}</th><th scope="col">{say("cells")}</th></tr></thead>
        <tbody>
          {list.columns.map((column, place) => (
            <tr key={`${place} ${column.heading}`}>
              <td translate="no">{column.heading}</td>
              <td>
                <select className={css.cell} value={column.field ?? ""} onChange={(event) => choose(place, event.currentTarget.value || null)} aria-label={say("meaningOf", { heading: column.heading })}>
                  <option value="">{say("nothing")}</option>
                  {list.fields.map((field) => <option key={field} value={field}>{say(FIELD(field))}</option>)}
                </select>
              </td>
              <td className={css.small} translate="no">{column.cells.join(" · ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Understood({ list, onColumns }: { list: List; onColumns: (columns: Meanings) => void }) {
  const say = useWords(words);
  const tell = useSaid();
  return (
    <Panel title={say("understood")} testid="understood">
      <p><b>{say(list.format as keyof typeof words.en)}</b> <span className="quiet" translate="no">{list.says}</span></p>
      {list.notes.length > 0 && <ul className={css.notes}>{list.notes.map((note) => <li key={note.code}>{tell(note)}</li>)}</ul>}
      {list.columns.length > 0 && <Columns list={list} onColumns={onColumns} />}
    </Panel>
  );
}
