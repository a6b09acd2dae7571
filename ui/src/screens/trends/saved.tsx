// Views kept under a name: one's own, and those that others share with everybody who sees the same equipment.
import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, memo, useEffect, useRef, useState } from "react";
import { post } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { viewsQuery } from "@/api/queries";
import type { SavedView } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import css from "@/screens/trends/trends.module.css";
import { words } from "@/screens/trends/words";
import { Go } from "@/view/place";
import { parseSearch, stringifySearch, useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const SCREEN = "trends";

/** What all of these equipments hang below, as far down as possible; the first of them where that is out of sight. */
function useTogether(ids: readonly number[]): number | null {
  const { map } = useEquipment();
  const chains = ids.flatMap((id) => { const node = map.byId(id); return node ? [map.chain(node)] : []; });
  const [first, ...others] = chains;
  const shared = first?.filter((node) => others.every((chain) => chain.some((one) => one.id === node.id)));
  return shared?.at(-1)?.id ?? ids[0] ?? null;
}

function Line({ view, onForget }: { view: SavedView; onForget: (view: SavedView) => void }) {
  const say = useWords(words);
  return (
    <li className={css.saved} data-testid="saved-view">
      <Go to="/trends" search={parseSearch(view.search)} className="link" testid="saved-open">{view.name}</Go>
      <span className="quiet">{view.yours ? (view.shared ? say("sharedByYou") : "") : say("sharedBy", { name: view.owner })}</span>
      {view.yours && <button type="button" className={css.tool} aria-label={say("forget", { name: view.name })} title={say("forget", { name: view.name })} onClick={() => onForget(view)} data-testid="saved-forget"><Icon name="close" size={14} /></button>}
    </li>
  );
}

export const SavedViews = memo(function SavedViews({ equipment }: { equipment: readonly number[] }) {
  const say = useWords(words);
  const client = useQueryClient();
  const search = useSearchText();
  const node = useTogether(equipment);
  const [open, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [failure, setFailure] = useState<Problem | null>(null);
  useEffect(() => setOpen(false), [search]); // one of them was opened
  const { data, error, refetch } = useQuery({ ...viewsQuery(SCREEN), enabled: open });
  const done = async (work: Promise<unknown>) => {
    setFailure(null);
    try {
      await work;
      await client.invalidateQueries({ queryKey: viewsQuery(SCREEN).queryKey });
      return true;
    } catch (problem) {
      setFailure(asProblem(problem));
      return false;
    }
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    void done(post("/views", { name, screen: SCREEN, search: stringifySearch(search).slice(1), equipment_id: node, shared })).then((kept) => { if (kept) setName(""); field.current?.focus(); }); // the button is off now: the keyboard must not be left nowhere
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target><Button size="xs" variant="default" onClick={() => setOpen(!open)} data-testid="views">{say("views")}</Button></Popover.Target>
      <Popover.Dropdown>
        <div className={css.choices}>
          {(error ?? failure) && <ProblemNotice error={error ?? failure} compact {...(error ? { onRetry: () => void refetch() } : {})} />}
          {data?.length === 0 && <p className={css.none} data-testid="saved-none">{say("noViews")}</p>}
          <ul className={css.list}>{(data ?? []).map((view) => <Line key={view.id} view={view} onForget={({ id }) => void done(post(`/views/${id}/forget`))} />)}</ul>
          {node !== null && (
            <form className={css.choices} onSubmit={save}>
              <TextInput ref={field} size="xs" label={say("viewName")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} data-testid="view-name" />
              <Checkbox size="xs" label={say("shareView")} checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} data-testid="view-shared" />
              <Button size="xs" type="submit" disabled={name.trim() === ""} data-testid="view-save">{say("saveView")}</Button>
            </form>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
});
