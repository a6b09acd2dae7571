// The search for devices: what can be asked, how far it is, what it found; asked again while it goes on.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { Options } from "@/screens/connect/schema";

export interface Way { name: string; title: string; ports: number[] }
export interface Found { host: string; port: number; driver: string; says: string; details: string[]; notes: string[]; connect: { name: string; driver: string; options: Options; missing: string | null; plant_code: string } }
export interface Stranger { host: string; port: number; tried: string[] }
export interface Left { host: string; why: string }
export interface Search { id: string; by: string; ranges: string[]; state: "running" | "done" | "stopped" | "failed"; started: string; ended: string | null; hosts: number; asked: number; connections: number; finds: Found[]; strangers: Stranger[]; left: Left[]; unasked: number }
export interface Finding { ways: Way[]; agrees_above: number; hosts_max: number; search: Search | null }
export interface Asked { ranges: string[]; ways: Record<string, number[]>; units: string; agreed: boolean }

const LOOK_MS = 1_000;
const KEY = ["/device-search"] as const;

export const findingQuery = () =>
  queryOptions({ queryKey: KEY, queryFn: ({ signal }) => get<Finding>("/device-search", {}, signal), refetchInterval: (query) => (query.state.data?.search?.state === "running" ? LOOK_MS : false), staleTime: 0 });

function useAsking<Given>(ask: (given: Given) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: ask, onSettled: () => client.invalidateQueries({ queryKey: KEY }) });
}
export const useFind = () => useAsking((asked: Asked) => post("/device-search", asked));
export const useEnd = () => useAsking(() => post("/device-search/end"));
