// What a work unit does right now, wherever it is named.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { get } from "@/api/client";
import type { StateNow } from "@/api/types";
import { liveLink, useLive, useLinkState } from "@/live/live";
import { lookOf } from "@/states/look";
import { useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import css from "@/states/states.module.css";

/** The live document; asked for once by HTTP where the live link cannot be had. */
export function useStateNow(equipmentId: number): StateNow | undefined {
  const live = useLive<StateNow>(`equipment/${equipmentId}/state`);
  const link = useLinkState();
  const { data } = useQuery({
    queryKey: [`/equipment/${equipmentId}/state`],
    queryFn: ({ signal }) => get<StateNow>(`/equipment/${equipmentId}/state`, {}, signal),
    enabled: link === "lost" && !live,
  });
  return live ?? data;
}

/** The live documents of several work units; a unit without one yet is undefined. */
export function useStatesNow(equipmentIds: readonly number[]): (StateNow | undefined)[] {
  const key = equipmentIds.join();
  const topics = useMemo(() => (key ? key.split(",").map((id) => `equipment/${id}/state`) : []), [key]);
  useEffect(() => {
    const releases = topics.map((topic) => liveLink.want(topic));
    return () => { for (const release of releases) release(); };
  }, [topics]);
  const listen = useCallback((listener: () => void) => {
    const stops = topics.map((topic) => liveLink.documents.listen(topic, listener));
    return () => { for (const stop of stops) stop(); };
  }, [topics]);
  const versions = useSyncExternalStore(listen, () => topics.map((topic) => (liveLink.documents.read(topic)?.document as StateNow | undefined)?.since).join());
  return useMemo(() => topics.map((topic) => liveLink.documents.read(topic)?.document as StateNow | undefined), [topics, versions]); // eslint-disable-line react-hooks/exhaustive-deps -- `versions` says that a document changed
}

export function LiveSign({ equipmentId }: { equipmentId: number }) {
  const now = useStateNow(equipmentId);
  const name = useStateName();
  const look = now ? lookOf(now) : { tone: "void" as const, sign: "unknown" as const, word: "UNKNOWN" };
  return (
    <span className={`live ${css.badge}`} title={name(look.word)}>
      <StateSign sign={look.sign} tone={look.tone} />
      <span className="visually-hidden">{name(look.word)}</span>
    </span>
  );
}
