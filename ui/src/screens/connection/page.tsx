// One connection: its health now, its past in the chosen period, and the equipment that hangs on it.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { signalsQuery } from "@/api/queries";
import type { Equipment } from "@/api/types";
import { useConnections } from "@/connections/connections";
import { useEquipment } from "@/app/equipment";
import { may, useMe } from "@/app/gate";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import css from "@/screens/connection/connection.module.css";
import { Health } from "@/screens/connection/health";
import { History } from "@/screens/connection/history";
import { words } from "@/screens/connection/words";
import { Go, placeOf } from "@/view/place";
import { PeriodChooser } from "@/view/period-chooser";
import { usePeriod } from "@/view/period";
import { words as periodWords } from "@/view/words";
import { useWords } from "@/words/words";

interface Fed { equipment: Equipment; tags: number }

function useFeeds(name: string): { feeds: Fed[]; error: Error | null; isPending: boolean; refetch: () => void } {
  const { map } = useEquipment();
  const { data, error, isPending, refetch } = useQuery({ ...signalsQuery({ connection: name }), staleTime: 60_000 });
  const feeds = useMemo(() => {
    const counted = new Map<number, number>();
    for (const tag of data ?? []) counted.set(tag.equipment_id, (counted.get(tag.equipment_id) ?? 0) + 1);
    return [...counted].flatMap(([id, tags]) => { const equipment = map.byId(id); return equipment ? [{ equipment, tags }] : []; });
  }, [data, map]);
  return { feeds, error, isPending, refetch: () => void refetch() };
}

function Feeds({ name }: { name: string }) {
  const say = useWords(words);
  const { feeds, error, isPending, refetch } = useFeeds(name);
  return (
    <Panel title={say("feeds")} testid="feeds">
      {error && <ProblemNotice error={error} onRetry={refetch} compact />}
      {isPending && <Waiting />}
      {!isPending && !error && feeds.length === 0 && <span className="quiet">{say("feedsNone")}</span>}
      <ul className={css.feeds}>{feeds.map(({ equipment, tags }) => <li key={equipment.id}><Go to={placeOf(equipment)} className="link" testid="fed">{equipment.name}</Go><span className="quiet">{say("tags", { n: tags })}</span></li>)}</ul>
      {feeds.length > 0 && <Go to="/tags" search={{ connection: name }} className="link" testid="to-tags">{say("showTags")}</Go>}
    </Panel>
  );
}

const Removal = lazy(() => import("@/screens/connect/removal"));

function Editing({ name, isRemoving, onRemoving }: { name: string; isRemoving: boolean; onRemoving: (is: boolean) => void }) {
  const say = useWords(words);
  if (!may(useMe(), "plant.edit")) return null;
  return (
    <>
      <Go to="/import-tags" search={{ connection: name }} className="link" testid="import-tags">{say("importTags")}</Go>
      <Go to={`/meaning/${encodeURIComponent(name)}`} className="link" testid="to-meaning">{say("meaning")}</Go>
      <Go to="/connect" search={{ connection: name }} className="link" testid="edit-connection">{say("edit")}</Go>
      <Button variant="default" size="compact-sm" onClick={() => onRemoving(true)} data-testid="remove-connection">{say("remove")}</Button>
      {isRemoving && <Suspense fallback={null}><Removal name={name} onClose={() => onRemoving(false)} /></Suspense>}
    </>
  );
}

function Past({ name, root, isAsked }: { name: string; root: Equipment; isAsked: boolean }) {
  const sayPeriod = useWords(periodWords);
  const period = usePeriod(root.id, root.timezone);
  return (
    <>
      <div className={css.period}><PeriodChooser period={period} /></div>
      {period.window && <History name={name} window={period.window} isAsked={isAsked} />}
      {!period.window && (period.isPending ? <Waiting lines={5} /> : <Panel><Empty icon="clock" title={sayPeriod(period.name === "custom" ? "badRange" : "noShift")} hint={sayPeriod("noShiftHint")} /></Panel>)}
    </>
  );
}

const NAME = /^\/connection\/(.+?)\/?$/;

export default function ConnectionPage() {
  const say = useWords(words);
  const name = useRouterState({ select: (state) => decodeURIComponent(NAME.exec(state.location.pathname)?.[1] ?? "") });
  const { items, error, isPending, refetch } = useConnections();
  const { feeds } = useFeeds(name);
  const { map } = useEquipment();
  const [isRemoving, setRemoving] = useState(false); // what may be gone at any moment is not asked for its past
  const connection = items?.find((one) => one.name === name);
  const root = feeds[0]?.equipment ?? map.roots[0];
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Waiting lines={8} />;
  if (!connection) return <Empty icon="plug" title={say("gone")} hint={say("goneHint")} action={<Go to="/connections" className="link">{say("all")}</Go>} />;
  return (
    <div className={css.page}>
      <div className={css.titleRow}>
        <div className={css.title}><h1 translate="no">{name}</h1><span className="quiet" translate="no">{connection.driver}</span></div>
        <div className={css.title}><Editing name={name} isRemoving={isRemoving} onRemoving={setRemoving} /><Go to="/connections" className="link">{say("all")}</Go></div>
      </div>
      <div className={css.pair}><Health connection={connection} /><Feeds name={name} /></div>
      {root && <Past name={name} root={root} isAsked={!isRemoving} />}
    </div>
  );
}
