// Why a stop has a reason that nobody gave: the machine's own fault, a rule of the plant, what its state says.
import type { Evidence } from "@/api/types";
import { defineWords, type Say, useWords } from "@/words/words";

export const words = defineWords({
  en: {
    fault: "fault {code}", first: "first-out {code}", then: "then {codes}", rule: "rule {name}", state: "state {state}", signal: "signal", changeover: "changeover {from} → {to}", yes: "true", no: "false",
  },
  de: {
    fault: "Störung {code}", first: "Erste Störung {code}", then: "danach {codes}", rule: "Regel {name}", state: "Zustand {state}", signal: "Signal", changeover: "Umrüsten {from} → {to}", yes: "wahr", no: "falsch",
  },
});

const fault = (one: { code: string | null; text: string | null }): string => [one.code, one.text].filter(Boolean).join(" ");

type Value = Evidence["values"][string];

/** One line in the words of a language; what no catalogue knows, as the server says it. */
export function evidenceLine(evidence: Evidence, say: Say<keyof typeof words.en>): string {
  const valued = (value: Value) => (value === null ? "–" : typeof value === "boolean" ? say(value ? "yes" : "no") : typeof value === "number" ? String(Number(value.toPrecision(6))) : value);
  switch (evidence.by) {
    case "fault": {
      const first = say(evidence.at ? "first" : "fault", { code: fault({ code: evidence.code, text: evidence.told }) });
      return evidence.others.length > 0 ? `${first}, ${say("then", { codes: evidence.others.map(fault).join(", ") })}` : first;
    }
    case "rule": {
      const values = Object.entries(evidence.values).map(([name, value]) => `${name} ${valued(value)}`).join(", ");
      return [say("rule", { name: evidence.rule ?? "" }), values].filter(Boolean).join(": ");
    }
    case "state": return say("state", { state: evidence.state ?? "" });
    case "signal": return say("signal");
    case "changeover": return say("changeover", { from: evidence.went_from ?? "–", to: evidence.went_to ?? "–" });
    default: return evidence.text;
  }
}

/** `evidenceLine` in the language of the person who looks. */
export function useEvidence(): (evidence: Evidence) => string {
  const say = useWords(words);
  return (evidence) => evidenceLine(evidence, say);
}
