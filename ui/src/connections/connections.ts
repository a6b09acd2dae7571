// The links to the controllers as they stand now: pushed to those who see all of them, asked for by the others.
import { useQuery } from "@tanstack/react-query";
import { connectionsQuery } from "@/api/queries";
import type { Connection, Page } from "@/api/types";
import { useLive, useRefused } from "@/live/live";

const ASK_AGAIN_MS = 3_000;

export function useConnections() {
  const live = useLive<Page<Connection> | Connection[]>("connections");
  const refused = useRefused("connections");
  const { data, error, isPending, refetch } = useQuery({ ...connectionsQuery(), refetchInterval: refused ? ASK_AGAIN_MS : false });
  const items = (Array.isArray(live) ? live : live?.items) ?? data;
  return { items, error: items ? null : error, isPending: isPending && !items, refetch };
}
