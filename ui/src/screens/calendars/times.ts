// Times of day as people type and read them.

/** `06:00` of what was typed: 6, 630, 6:30, 06.30; null where it is no time. The end of a day may be 24:00. */
export function asTime(text: string): string | null {
  const found = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
  if (hours > 24 || minutes > 59 || (hours === 24 && minutes > 0)) return null;
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** As short as can be read: 6, 6:30, 22. */
export const shortTime = (text: string): string => text.replace(/^0(\d)/, "$1").replace(/:00$/, "");
