// A file between this browser and the server: packed for the way there, saved as it came on the way back.
import type { Csv } from "@/screens/import-tags/api";

export const BYTES_MAX = 20_000_000; // the server reads no larger list
const PIECE = 32_768; // bytes made into letters at once

/** The file in base64, packed by gzip: a list shrinks to a tenth. */
export async function packed(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
  let letters = "";
  for (let from = 0; from < bytes.length; from += PIECE) letters += String.fromCharCode(...bytes.subarray(from, from + PIECE));
  return btoa(letters);
}

/** Hand a list to the browser as a download. */
export function save({ name, text }: Csv): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replaceAll(/[^\w.-]+/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
