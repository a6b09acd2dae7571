// How a state looks (ISA-101): a tone, a sign and a word each, so that nobody has to tell it by colour alone.

export type Tone = "normal" | "quiet" | "external" | "setup" | "warning" | "fault" | "void";
export type Sign = "run" | "stop" | "wait" | "starved" | "blocked" | "wrench" | "alert" | "fault" | "cut" | "unknown";
export interface Look { tone: Tone; sign: Sign; word: string }

export interface Shown { state: string; mode?: string; reason?: string | null; external?: boolean; cls?: string | null | undefined }

const FAULT = new Set(["Aborted", "Aborting", "Held", "Holding"]);
/** On the way between two states, for seconds: nothing to be alarmed about by itself. */
const PASSING = new Set(["Suspending", "Unsuspending", "Unholding", "Starting", "Resetting", "Completing", "Clearing"]);
const PRODUCING = new Set(["Execute", "RUN", "Running"]);
const OFF_DUTY = new Set(["ADOT", "PLANNED_DOWN", "NOT_PLANNED"]);
const STANDING = /^(Stop|Held|Hold|Abort|Suspend|Clear|Idle|Complet)/;

const categories = new Map<string, string>();
/** Told once the plant's reason tree is known: full key to category. */
export function knowCategories(known: ReadonlyMap<string, string>): void {
  for (const [key, category] of known) categories.set(key, category);
}
/** The category of a reason: the plant's own word, else its first level, which plants usually name so. */
const categoryOf = (reason: string | null | undefined): string | null => (reason ? (categories.get(reason) ?? categories.get(reason.split("/")[0] ?? "") ?? reason.split("/")[0] ?? null) : null);
const isSetup = (shown: Shown) => shown.state === "CHANGEOVER" || shown.mode === "Setup" || categoryOf(shown.reason) === "setup";

function interlock(shown: Shown): Look | null {
  const word = shown.reason === "external/starved" || shown.state === "STARVED" ? "STARVED" : shown.reason === "external/blocked" || shown.state === "BLOCKED" ? "BLOCKED" : null;
  if (word) return { tone: "external", sign: word === "STARVED" ? "starved" : "blocked", word };
  return shown.external ? { tone: "external", sign: "wait", word: shown.state } : null;
}

function stopped(shown: Shown): Look {
  const { state: word, cls, reason } = shown;
  const category = categoryOf(reason);
  if (PASSING.has(word)) return { tone: "quiet", sign: "wait", word };
  if (category === "planned") return { tone: "quiet", sign: "stop", word };
  if (category && ["other", "organisational"].includes(category) && STANDING.test(word)) return { tone: "warning", sign: "alert", word };
  if (cls && OFF_DUTY.has(cls)) return { tone: "quiet", sign: "stop", word };
  if (FAULT.has(word) || (reason && word.startsWith("Stop"))) return { tone: "fault", sign: "fault", word };
  if (word.startsWith("Suspend") || (word.startsWith("Stop") && cls === "ADET")) return { tone: "warning", sign: "alert", word };
  return { tone: "quiet", sign: word === "Idle" || word === "Complete" ? "wait" : "stop", word };
}

/** Tone, sign and the word key of a state, its reason and its time class taken together. */
export function lookOf(shown: Shown): Look {
  const { state, mode } = shown;
  if (state === "NO_DATA") return { tone: "void", sign: "cut", word: state };
  if (state === "UNKNOWN" || state === "Undefined") return { tone: "void", sign: "unknown", word: "UNKNOWN" };
  if (isSetup(shown)) return { tone: "setup", sign: "wrench", word: state };
  if (mode === "Maintenance" || mode === "Manual") return { tone: "setup", sign: "wrench", word: state };
  const waits = interlock(shown);
  if (waits) return waits;
  return PRODUCING.has(state) ? { tone: "normal", sign: "run", word: state } : stopped(shown);
}
