// The way to the explanation of lost time, its stops and its lost pieces: of which losses, and what of them is summed.

/** `of`: which losses, as the server's explanation names them; `measure`: `us`, `stops`, `units`, `busy`, `no_data`. */
export const lostPath = (of: readonly (readonly [kept: string, key: string])[], measure: string): string => ["lost-time", ...of.map(([kept, key]) => (key ? `${kept}:${encodeURIComponent(key)}` : kept)), measure].join("/");
