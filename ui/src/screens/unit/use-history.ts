// What a work unit did in a window, as the lanes of its timeline; kept in step with the live state.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { countRecordsQuery, jobResponsesQuery, productsQuery, shiftsQuery } from "@/api/queries";
import type { CountRecord, JobResponse } from "@/api/types";
import { type Bars, useBars } from "@/history/records";
import { useNowMs } from "@/live/now";
import { useSlowSpans } from "@/slow/ask";
import { columnsOf, type Lane, type NamedSpan, unitsOf } from "@/timeline/lanes";
import type { SlowSpan } from "@/timeline/slow";
import { words } from "@/timeline/words";
import { asSpan, type Window } from "@/view/period";
import { useWords } from "@/words/words";

const ASK_AGAIN_MS = 60_000;
const COUNTS_UP_TO_MS = 36 * 3_600_000; // count records of a week are too many rows for a lane
const COLUMNS_MAX = 480;
const NEVER: readonly SlowSpan[] = [];

const spanOf = (job: JobResponse, label: string, nowMs: number): NamedSpan => ({ t0: Date.parse(job.start), t1: job.end ? Date.parse(job.end) : nowMs, label });

export function useLanes(equipmentId: number, window: Window): Bars & { lanes: Lane[] } {
  const say = useWords(words);
  const span = asSpan(window);
  const nowMs = useNowMs();
  const short = window.t1 - window.t0 <= COUNTS_UP_TO_MS;
  const { bars, error, isPending, refetch } = useBars(equipmentId, window);
  const shifts = useQuery({ ...shiftsQuery(equipmentId, span), placeholderData: keepPreviousData }).data;
  const jobs = useQuery({ ...jobResponsesQuery(equipmentId, span), placeholderData: keepPreviousData, refetchInterval: window.live ? ASK_AGAIN_MS : false }).data;
  const counts = useQuery({ ...countRecordsQuery(equipmentId, span), placeholderData: keepPreviousData, enabled: short, refetchInterval: window.live ? 20_000 : false }).data;
  const products = useQuery(productsQuery()).data;
  const slow = useSlowSpans(equipmentId, span, window.live).get(equipmentId) ?? NEVER;
  const lanes = useMemo<Lane[]>(() => {
    const productName = (id: string) => products?.find((product) => product.id === id)?.name ?? id;
    const perColumn = Math.max(60_000, Math.ceil((window.t1 - window.t0) / COLUMNS_MAX / 60_000) * 60_000);
    const piecesOf = (records: readonly CountRecord[]) => unitsOf(records).map((unit): Lane => ({
      kind: "columns", key: unit === null ? "pieces" : `pieces ${unit}`, label: unit === null ? say("pieces") : say("perMinute", { unit }), height: 36,
      columns: columnsOf(records.filter((record) => record.unit === unit), perColumn),
    }));
    return [
      { kind: "states", key: "states", label: say("states"), height: 56, bars, slow },
      ...(short ? piecesOf(counts ?? []) : []),
      { kind: "spans", key: "jobs", label: say("jobs"), height: 20, spans: (jobs ?? []).map((job) => spanOf(job, productName(job.product), nowMs)) },
      { kind: "spans", key: "shifts", label: say("shifts"), height: 20, spans: (shifts ?? []).map((shift) => ({ t0: Date.parse(shift.start), t1: Date.parse(shift.end), label: shift.crew ? `${shift.name} · ${shift.crew}` : shift.name })) },
    ];
  }, [bars, slow, counts, jobs, shifts, products, short, say, nowMs, window.t0, window.t1]);
  return { lanes, bars, error, isPending, refetch };
}
