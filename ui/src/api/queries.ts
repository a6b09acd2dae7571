// The questions that screens ask the server, each with its key, so that two screens asking the same ask once.
import { infiniteQueryOptions, type Query, QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { asProblem } from "@/api/problem";
import type * as T from "@/api/types";
import type { Known } from "@/knowing/known";

export interface Span { start: string; end: string }
const PAGES_MAX = 50; // ~ 50 × a page: more than a screen can show; a runaway cursor must end

/** Follow the cursor to the end: `/equipment` of a large plant comes in pages. */
async function all<Item>(path: string, query: Record<string, string | number | null>, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer: T.Page<Item> = await get(path, { ...query, cursor }, signal);
    items.push(...answer.items);
    cursor = answer.next ?? null;
    if (!cursor) break;
  }
  return items;
}

const list = <Item>(path: string, query: Record<string, string | number | null> = {}) =>
  queryOptions({ queryKey: [path, query], queryFn: ({ signal }) => all<Item>(path, query, signal) });
const one = <Result>(path: string, query: Record<string, string | number | null> = {}) =>
  queryOptions({ queryKey: [path, query], queryFn: ({ signal }) => get<Result>(path, query, signal) });

export const setupQuery = () => one<{ needed: boolean }>("/setup");
export const meQuery = () => ({ ...one<T.Me>("/me"), staleTime: 60_000 });
export const peopleQuery = () => list<T.Listed>("/people");
export const rolesQuery = () => ({ ...list<T.Role>("/roles"), staleTime: 60_000 });
export const ownSessionsQuery = () => list<T.OwnSession>("/me/sessions");
export const ownTokensQuery = () => list<T.OwnToken>("/tokens");
export const equipmentQuery = () => ({ ...list<T.Equipment>("/equipment"), staleTime: 60_000 });
export const tagsQuery = (id: number) => list<T.Tag>(`/equipment/${id}/tags`);
export const signalsQuery = (of: { equipment?: number | null; connection?: string | null }) => list<T.Signal>("/tags", { equipment: of.equipment ?? null, connection: of.connection ?? null });
export const foundQuery = (asked: Record<string, string | number | null>) => one<T.Signals>("/tags", asked);
export const signalQuery = (id: number) => one<T.Wiring>(`/tags/${id}`);
export const linkHistoryQuery = (name: string, span: Span) => list<T.LinkPeriod>(`/connections/${encodeURIComponent(name)}/history`, { ...span });
export const linkTotalsQuery = (name: string, span: Span) => one<T.LinkTotals>(`/connections/${encodeURIComponent(name)}/availability`, { ...span });
export const stateRecordsQuery = (id: number, span: Span) => list<T.StateRecord>(`/equipment/${id}/state-records`, { ...span });
export const countRecordsQuery = (id: number, span: Span) => list<T.CountRecord>(`/equipment/${id}/count-records`, { ...span });
/** The texts by which machines named jobs that nobody knows, the newest first. */
export const heldTextsQuery = (id: number, span: Span) => list<T.JobText>(`/equipment/${id}/job-texts`, { ...span, only: "held" });
export const jobResponsesQuery = (id: number, span: Span & Known) => list<T.JobResponse>(`/equipment/${id}/job-responses`, { ...span });
export const shiftsQuery = (id: number, span: Span & Known) => ({ ...list<T.Shift>(`/equipment/${id}/shifts`, { ...span }), staleTime: 60_000 });
export const signaturesQuery = (id: number, span: Span) => ({ ...list<T.Signature>(`/equipment/${id}/signatures`, { ...span }), staleTime: 30_000 });
export const kpisQuery = (id: number, query: Span | { shift: string }) => one<T.Kpis>(`/equipment/${id}/kpis`, { ...query });
export const catalogueQuery = () => ({ ...list<T.KpiWords>("/kpis"), staleTime: 60_000 });
export const conventionsQuery = (id: number, span: Span & Known) => one<T.Conventions>(`/equipment/${id}/kpis/conventions`, { ...span });
export const liveKpiQuery = (id: number) => one<T.LiveKpi>(`/equipment/${id}/live-kpi`);
export const causesQuery = (id: number, asked: (Span | { shift: string }) & Known) => one<T.Causes>(`/equipment/${id}/causes`, { ...asked });
export const causePiecesQuery = (id: number, asked: Span & Known, of: T.Cause) => list<T.CausePiece>(`/equipment/${id}/cause-pieces`, { ...asked, unit: of.unit_id, role: of.role, reason: of.reason ?? "-" });
export const stopCausesQuery = (id: number, asked: Span & Known) => list<T.StopCause>(`/equipment/${id}/stop-causes`, { ...asked });
/** Of a longer period, week by week back from its end. */
export const stopCausePagesQuery = (id: number, asked: Span & Known) =>
  infiniteQueryOptions({
    queryKey: [`/equipment/${id}/stop-causes`, "pages", asked],
    queryFn: ({ signal, pageParam }) => get<T.StopCauses>(`/equipment/${id}/stop-causes`, { ...asked, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  });
/** When the alarms of a machine stood, as known at `as_of`; null: now. */
export const alarmSpansQuery = (id: number, span: Span, asOf: string | null) => one<T.AlarmSpans>(`/equipment/${id}/alarm-spans`, { ...span, as_of: asOf });
/** All the stops of a period or a shift: the first page's sums, every page's stops. */
export const stopsQuery = (id: number, asked: (Span | { shift: string }) & Known) =>
  queryOptions({
    queryKey: [`/equipment/${id}/stops`, asked],
    queryFn: async ({ signal }) => {
      const first = await get<T.Stops>(`/equipment/${id}/stops`, { ...asked }, signal);
      for (let [page, cursor] = [1, first.next]; cursor && page < PAGES_MAX; page++) {
        const more = await get<T.Stops>(`/equipment/${id}/stops`, { ...asked, cursor }, signal);
        first.items.push(...more.items);
        cursor = more.next;
      }
      return first;
    },
  });
/** The stops of a period of any length, a page at a time, the newest first; without their sums. */
export const stopPagesQuery = (id: number, asked: Span & Known & { only?: "unassigned" }) =>
  infiniteQueryOptions({
    queryKey: [`/equipment/${id}/stops`, "pages", asked],
    queryFn: ({ signal, pageParam }) => get<T.Stops>(`/equipment/${id}/stops`, { ...asked, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  });
export const offeredReasonsQuery = (id: number, at?: string) => ({ ...one<T.OfferedReasons>(`/equipment/${id}/reasons`, { at: at ?? null }), staleTime: 30_000 });
export const timelineEditsQuery = (id: number, span: Span & Known) => list<T.TimelineEdit>(`/equipment/${id}/timeline-edits`, { ...span });
export const scrapReasonsQuery = (id: number) => ({ ...one<T.ScrapReasons>(`/equipment/${id}/scrap-reasons`), staleTime: 30_000 });
export const countEntriesQuery = (id: number, span: Span) => list<T.CountEntry>(`/equipment/${id}/count-entries`, { ...span });
export const heldJumpsQuery = (id: number, span: Span) => list<T.HeldJump>(`/equipment/${id}/held-jumps`, { ...span });
export const heldEntriesQuery = (id: number, span: Span) => list<T.HeldEntry>(`/equipment/${id}/held-entries`, { ...span });
/** All that waits for a decision wherever this person may review; `refreshPlant` asks again when something was decided. */
export const heldQuery = () => ({ ...one<T.HeldNow>("/held"), staleTime: 15_000, refetchInterval: 60_000 });
export const lastReadingsQuery = (id: number) => one<T.LastReadings>(`/equipment/${id}/last-readings`);
export const jobOrdersQuery = (id: number) => ({ ...list<T.JobOrder>(`/equipment/${id}/job-orders`), refetchInterval: 30_000 });
export const shiftBoardQuery = (id: number, shift: string, known: Known = {}) => one<T.ShiftBoard>(`/equipment/${id}/shift-board`, { shift, ...known });
export const planQuery = (id: number, span: Span & Known) => ({ ...one<T.Plan>(`/equipment/${id}/plan`, { ...span }), refetchInterval: 15_000 });
/** The first page of them: whoever mends what is shown sees what comes after it. */
export const unconvertedQuery = () => ({ ...one<T.Page<T.Unconverted>>("/unconverted"), staleTime: 15_000, refetchInterval: 300_000 });
export const productsQuery = () => ({ ...list<T.Product>("/products"), staleTime: 60_000 });
export const reasonsQuery = () => ({ ...list<T.Reason>("/reasons"), staleTime: 300_000 });
export const connectionsQuery = () => list<T.Connection>("/connections");
export const jobsQuery = () => list<T.Job>("/jobs");
export const simQuery = () => one<T.Sim>("/sim");
export const seriesQuery = (tag: number, span: Span & { px: number }) => one<T.Series>("/series", { tag, ...span });
export const samplesQuery = (tag: number, span: Span) => one<T.Page<T.TagValue>>(`/tags/${tag}/samples`, { ...span });
/** What the tags said at a moment (ms): the newest sample of each, at or before it. */
export const momentsQuery = (tags: readonly number[], ms: number, asOf: string | null = null) => one<T.Page<T.Moment>>("/samples/at", { tags: tags.join(","), at: new Date(ms).toISOString(), as_of: asOf });
export const viewsQuery = (screen: string) => list<T.SavedView>("/views", { screen });
export const statisticsQuery = (tags: readonly number[], span: Span, asOf: string | null = null) => one<T.Page<T.Statistics>>("/statistics", { tags: tags.join(","), ...span, as_of: asOf });

/** Figures that are no KPI explain themselves on a route of their own, in the same tree. */
const FIGURES: ReadonlySet<string> = new Set(["cycle-times", "job-end", "lost-time", "causes", "stops", "speed-loss", "standard-rate", "group"]);
export const explainPath = (root: string): string => `/${FIGURES.has(root) ? "figures" : "kpis"}/${encodeURIComponent(root)}/explain`;

export interface ExplainAt extends Span { equipment_id: number; path: string; as_of: string | null; unsigned: "true" | null }
/** A node of the tree under a KPI; its children come a page at a time. */
export const explainQuery = (kpi: string, at: ExplainAt) =>
  infiniteQueryOptions({
    queryKey: ["explain", kpi, at],
    queryFn: ({ signal, pageParam }) => get<T.ExplainNode>(explainPath(kpi), { ...at, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    staleTime: 60_000,
    refetchInterval: 15_000, // what a colleague corrects, or comes late, moves what lies open before somebody
  });

export interface DiffAt extends Span { equipment_id: number; known_from: string }
/** What moved a figure since a moment of knowledge, a page of changes at a time. */
export const diffQuery = (kpi: string, at: DiffAt) =>
  infiniteQueryOptions({
    queryKey: ["explain-diff", kpi, at],
    queryFn: ({ signal, pageParam }) => get<T.KpiDiff>(`/kpis/${encodeURIComponent(kpi)}/diff`, { ...at, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    staleTime: 15_000,
  });

const LEDGER_MS = [0, 1_500, 5_000]; // the figures follow a correction a moment after it
const OF_THE_PLANT = ["/equipment/", "/held", "/unconverted", "/reports/", "explain"];
const ofThePlant = (key: unknown): boolean => typeof key === "string" && OF_THE_PLANT.some((begin) => key.startsWith(begin));
/** Somebody changed what happened or was made: everything that was derived from it is asked again. */
export function refreshPlant(client: QueryClient): void {
  for (const ms of LEDGER_MS) setTimeout(() => void client.invalidateQueries({ predicate: ({ queryKey }) => ofThePlant(queryKey[0]) }), ms);
}

/** Retry what time may heal (no answer, 5xx), never what a person must mend. */
const heals = (error: unknown): boolean => [0, 502, 503, 504].includes(asProblem(error).status);
const retry = (failures: number, error: Error) => failures < 2 && heals(error);
const AGAIN_MS = 5_000;
const AGAIN_MAX_MS = 30_000;
/** Ever later, half of it by chance: a hall of browsers must not come back in one moment to a server that has just risen. */
const againMs = (rounds: number): number => (Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** rounds) * (1 + Math.random())) / 2;

/** `soon`: the server was heard of, so what waits long waits no longer. */
export interface Healing { client: QueryClient; soon: () => void }

/** What is on screen and failed for a reason that time heals is asked again until it is there: nobody reloads a page after an outage. */
export function clientThatHeals(): Healing {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let rounds = 0;
  const lacking = { type: "active", predicate: ({ state }: Query) => state.status === "error" && heals(state.error) } as const;
  const again = async (): Promise<void> => {
    waiting = undefined;
    await client.refetchQueries(lacking, { cancelRefetch: false }); // what is on its way is waited for: a slow server is not asked twice
    if (client.getQueryCache().findAll(lacking).length === 0) rounds = 0;
  };
  const later = () => setTimeout(() => void again(), againMs(rounds++));
  const soon = (): void => {
    rounds = 0;
    if (waiting === undefined) return;
    clearTimeout(waiting);
    waiting = later();
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => { if (heals(error)) waiting ??= later(); } }),
    defaultOptions: { queries: { retry, staleTime: 5_000, refetchOnWindowFocus: false } },
  });
  return { client, soon };
}

export const { client: queryClient, soon: askAgainSoon } = clientThatHeals();
