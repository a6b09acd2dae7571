// A scanner that types like a keyboard: what it sends arrives as keys, ended by Enter, while nobody writes anywhere.
import { useEffect, useRef } from "react";
import { serverNowMs } from "@/api/client";
import type { Equipment } from "@/api/types";
import { showToast } from "@/design/toast";
import { useProductName } from "@/jobs/jobs";
import { useSubmit } from "@/outbox/desk";
import type { Command, Outcome } from "@/outbox/outbox";
import { words as outboxWords } from "@/outbox/words";
import { scanWords } from "@/screens/station/scan-words";
import { useLanguage } from "@/words/language";
import { refusalOf } from "@/words/refusals";
import { useWords } from "@/words/words";

const GAP_MS = 1_000; // what comes later is another code: a scanner sends its keys within a few milliseconds
const SHORTEST = 2;
const LONGEST = 200; // as the server takes

/** Gathers keys into codes; `press` answers the code that Enter ended, and whether the key belongs to one. */
export class Keys {
  private text = "";
  private lastMs = -Infinity;

  press(key: string, atMs: number): { code: string | null; taken: boolean } {
    if (atMs - this.lastMs > GAP_MS) this.text = "";
    this.lastMs = atMs;
    if (key === "Enter") {
      const code = this.text.trim();
      this.text = "";
      const isOne = code.length >= SHORTEST;
      return { code: isOne ? code : null, taken: isOne };
    }
    if (key.length !== 1 || (key === " " && this.text === "")) return { code: null, taken: false };
    this.text = `${this.text}${key}`.slice(0, LONGEST);
    return { code: null, taken: this.text.length > 1 };
  }
}

const UNDO_OPEN = { waiting: "undoKept", refused: "notUndone" } as const;

interface ScanAnswer { outcome: "started" | "ended" | "repeated" | "unknown" | "refused" | "held"; message: string | null; hint: string | null; product: string | null; job_order: string | null }

/** Sends each code through the outbox and says in a toast what came of it, with the way back. */
function useScan(here: Equipment): (code: string) => Promise<void> {
  const say = useWords(scanWords);
  const language = useLanguage();
  const sayOutbox = useWords(outboxWords);
  const submit = useSubmit();
  const productName = useProductName();
  const tried = async (command: Command): Promise<Outcome | null> => {
    try {
      return await submit(command);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      showToast({ text: sayOutbox("full"), tone: "warning" });
      return null;
    }
  };
  return async (code) => {
    const outcome = await tried({ path: `/equipment/${here.id}/scans`, body: { code, at: new Date(serverNowMs()).toISOString() }, label: "scan", values: { code, machine: here.name } });
    if (outcome === null) return;
    if (outcome.kind === "waiting") return showToast({ text: say("kept", { code }), tone: "warning" });
    if (outcome.kind === "refused") return showToast({ text: say("notTaken", { code, why: refusalOf(outcome.problem, language).detail ?? "" }), tone: "warning" });
    const answer = outcome.result as ScanAnswer;
    const { auditId } = outcome;
    const undo = async () => {
      const taken = await tried({ path: `/audit/${auditId}/undo`, body: {}, label: "undo", values: { what: code } });
      if (taken?.kind === "sent") showToast({ text: say("undone") });
      else if (taken) showToast({ text: say(UNDO_OPEN[taken.kind], { code }), tone: "warning" });
    };
    const isDone = answer.outcome === "started" || answer.outcome === "ended";
    const text = say(answer.outcome, { code, product: productName(answer.product ?? ""), why: answer.message ?? "" });
    showToast({ text, ...(isDone && auditId ? { act: { label: say("undoIt"), run: () => void undo() } } : answer.outcome === "repeated" ? {} : { tone: "warning" as const }) });
  };
}

const isBusy = (target: EventTarget | null) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || document.querySelector("[role=dialog]") !== null;

/** While the station is open and whoever stands there may start jobs. */
export function useScanner(here: Equipment, mayScan: boolean): void {
  const scan = useScan(here);
  const latest = useRef(scan);
  useEffect(() => void (latest.current = scan), [scan]);
  useEffect(() => {
    if (!mayScan) return undefined;
    const keys = new Keys();
    const press = (event: KeyboardEvent) => {
      if (isBusy(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const { code, taken } = keys.press(event.key, event.timeStamp);
      if (taken) event.preventDefault(); // else Enter would press the button that was touched last
      if (code) void latest.current(code);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [mayScan]);
}
