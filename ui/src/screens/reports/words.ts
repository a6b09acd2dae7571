// The words of reports that stay.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Reports" }, de: { nav: "Berichte" } });

export const words = defineWords({
  en: {
    otherwise: "This version of Dovetail works these out otherwise from what was known then: {what}.", title: "Reports of {name}", help: "A frozen report stays exactly as it was. It says what has moved since, and who moved it.",
    kpis: "KPIs, times and pieces", losses: "Losses by reason", stops: "Lost time by stop",
    list: "Frozen reports", name: "Name", none: "Nothing was frozen here yet", noneHint: "Choose a period and freeze it: its figures then stay as they are known now.", period: "Period", by: "By", at: "Frozen", kind: "Kept", state: "State", open: "Open {name}", withdrawn: "Withdrawn by {name}", valid: "In the list",
    intact: "Letter for letter as it was frozen: the audit vouches for it.", content: "Not intact: what it says is not what was frozen. Somebody changed the database. An administrator compares it with a backup.", audit: "Not intact: the audit does not vouch for it. Somebody changed the database. An administrator compares it with a backup.",
    withdraw: "Withdraw", restore: "Put back", didWithdraw: "Withdrawn: {name}", didRestore: "Put back: {name}", figure: "Figure", frozen: "As frozen", nothing: "Nothing has moved since it was frozen.", since: "What moved since", stays: "Exactly as it was known", fingerprint: "SHA-256 {digest}", missing: "There is no such report", missingHint: "Or it tells of equipment that you do not see.",
  },
  de: {
    otherwise: "Diese Version von Dovetail rechnet aus dem damals Bekannten anders: {what}.", title: "Berichte zu {name}", help: "Ein eingefrorener Bericht bleibt genau, wie er war. Er sagt, was sich seither bewegt hat und durch wen.",
    kpis: "Kennzahlen, Zeiten und Stücke", losses: "Verluste nach Grund", stops: "Verlorene Zeit nach Stillstand",
    list: "Eingefrorene Berichte", name: "Name", none: "Hier wurde noch nichts eingefroren", noneHint: "Wählen Sie einen Zeitraum und frieren Sie ihn ein: Seine Zahlen bleiben dann, wie sie jetzt bekannt sind.", period: "Zeitraum", by: "Von", at: "Eingefroren", kind: "Inhalt", state: "Zustand", open: "{name} öffnen", withdrawn: "Zurückgezogen von {name}", valid: "In der Liste",
    intact: "Buchstabe für Buchstabe wie eingefroren: Das Protokoll bürgt dafür.", content: "Nicht unversehrt: Was da steht, ist nicht, was eingefroren wurde. Jemand hat die Datenbank geändert. Die Administration vergleicht mit einer Sicherung.", audit: "Nicht unversehrt: Das Protokoll bürgt nicht dafür. Jemand hat die Datenbank geändert. Die Administration vergleicht mit einer Sicherung.",
    withdraw: "Zurückziehen", restore: "Zurücklegen", didWithdraw: "Zurückgezogen: {name}", didRestore: "Zurückgelegt: {name}", figure: "Größe", frozen: "Eingefroren", nothing: "Seit dem Einfrieren hat sich nichts bewegt.", since: "Was sich seither bewegt hat", stays: "Genau wie damals bekannt", fingerprint: "SHA-256 {digest}", missing: "Diesen Bericht gibt es nicht", missingHint: "Oder er handelt von Anlagen, die Sie nicht sehen.",
  },
});
