// What the server understood of a tag list, and how it is brought in.
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { change, get, post } from "@/api/client";

export interface Said { code: string; about: string; message: string; hint: string }
export interface Column { heading: string; field: string | null; cells: string[] }
export interface Row { line: number; name: string; folder: string; source: string; outcome: string; equipment: string; property: string; address: string; kind: string; unit: string | null; scale: number; offset: number; scan: string; description: string; faults: Said[]; notes: Said[]; changes: [string, string, string][] }
export interface List { version: number; format: string; says: string; driver: string; fields: string[]; columns: Column[]; notes: Said[]; devices: string[]; counts: Partial<Record<string, number>>; rows: Row[]; faults: Said[]; files: { name: string; is_new: boolean; lines: [string, string][]; more: number }[] }
export interface Csv { name: string; text: string }
export interface Imported { connection: string; version: number; added: number; changed: number; left_out: number }

/** The file and the choices, as the server takes them. */
export interface Asked {
  connection: string; name: string; content: string; columns: Record<number, string | null> | null; device: string | null; equipment: string | null; folders: boolean; scan: string | null;
  existing: "keep" | "change"; taken: "leave" | "add"; faulty: "refuse" | "leave"; left_out: number[];
}

const at = (connection: string) => `/connections/${encodeURIComponent(connection)}/tag-list`;

/** `body` is an Asked as JSON. */
export const listQuery = (body: string) => queryOptions({ queryKey: ["/tag-lists/preview", body], queryFn: () => post<List>("/tag-lists/preview", JSON.parse(body)), retry: false, staleTime: 0, gcTime: 0 });
export const template = (driver: string, language: string) => get<Csv>("/tag-lists/template", { driver, language });
export const exported = (connection: string, language: string) => get<Csv>(at(connection), { language });

const CHANGED = ["/equipment", "/plant/outline", "/connections", "/tags"];
function useChange<Given, Result>(send: (given: Given) => Promise<{ result: Result; auditId: string | null }>, onDone: (result: Result, audit: string | null) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: async ({ result, auditId }) => {
      await client.invalidateQueries({ predicate: ({ queryKey: [first] }) => typeof first === "string" && CHANGED.includes(first) });
      onDone(result, auditId);
    },
  });
}
export const useImport = (onDone: (done: Imported, audit: string | null) => void) => useChange(({ connection, ...given }: Asked & { seen: number }) => change<Imported>("POST", at(connection), given), onDone);
export const useTakeBack = (onDone: () => void) => useChange((audit: string) => change<unknown>("POST", `/audit/${audit}/undo`, {}), onDone);
