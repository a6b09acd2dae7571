// The words of reports that stay.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Reports" }, de: { nav: "Berichte" } });

export const words = defineWords({
  en: {
    title: "Reports of {name}", help: "A frozen report stays exactly as it was. It says what has moved since, and who moved it.",
    kpis: "KPIs, times and pieces", losses: "Losses by reason", stops: "Lost time by stop",
    list: "Frozen reports", name: "Name", none: "Nothing was frozen here yet", noneHint: "Choose a period and freeze it: its figures then stay as they are known now.", period: "Period", by: "By", at: "Frozen", kind: "Kept", state: "State", open: "Open {name}", withdrawn: "Withdrawn by {name}", valid: "In the list",
    intact: "Letter for letter as it was frozen: the audit vouches for it.", content: "Not intact: what it says is not what was frozen. Somebody changed the database. An administrator compares it with a backup.", audit: "Not intact: the audit does not vouch for it. Somebody changed the database. An administrator compares it with a backup.",
    withdraw: "Withdraw", restore: "Put back", didWithdraw: "Withdrawn: {name}", didRestore: "Put back: {name}", figure: "Figure", frozen: "As frozen", now: "Now", difference: "Difference", same: "{n} figures are the same today.", nothing: "Nothing has moved since it was frozen.", since: "What moved since", moved: "What moved {kpi}", stays: "Exactly as it was known", fingerprint: "SHA-256 {digest}", missing: "There is no such report", missingHint: "Or it tells of equipment that you do not see.",
    elapsed_us: "Elapsed time", not_planned_us: "Not planned", planned_down_us: "Planned downtime", pot_us: "Planned operation time (POT)", pbt_us: "Planned busy time (PBT)", apt_us: "Production time (APT)", aust_us: "Set-up time (AUST)", adet_us: "Delay (ADET)", adot_us: "Down time (ADOT)", nodt_us: "Time without data", external_us: "Starved or blocked", extended_us: "Run outside the plan", apart_us: "Run kept apart", busy_us: "Planned busy time", no_data_us: "Time without data", lost_us: "Lost time",
    good: "Good", scrap: "Scrap", rework: "Rework", infeed: "Infeed", outside: "Pieces outside the ratios", noReason: "Without a reason", stopsOf: "{name}, stops", timeOf: "{name}, time",
  },
  de: {
    title: "Berichte zu {name}", help: "Ein eingefrorener Bericht bleibt genau, wie er war. Er sagt, was sich seither bewegt hat und durch wen.",
    kpis: "Kennzahlen, Zeiten und Stücke", losses: "Verluste nach Grund", stops: "Verlorene Zeit nach Stillstand",
    list: "Eingefrorene Berichte", name: "Name", none: "Hier wurde noch nichts eingefroren", noneHint: "Wählen Sie einen Zeitraum und frieren Sie ihn ein: Seine Zahlen bleiben dann, wie sie jetzt bekannt sind.", period: "Zeitraum", by: "Von", at: "Eingefroren", kind: "Inhalt", state: "Zustand", open: "{name} öffnen", withdrawn: "Zurückgezogen von {name}", valid: "In der Liste",
    intact: "Buchstabe für Buchstabe wie eingefroren: Das Protokoll bürgt dafür.", content: "Nicht unversehrt: Was da steht, ist nicht, was eingefroren wurde. Jemand hat die Datenbank geändert. Die Administration vergleicht mit einer Sicherung.", audit: "Nicht unversehrt: Das Protokoll bürgt nicht dafür. Jemand hat die Datenbank geändert. Die Administration vergleicht mit einer Sicherung.",
    withdraw: "Zurückziehen", restore: "Zurücklegen", didWithdraw: "Zurückgezogen: {name}", didRestore: "Zurückgelegt: {name}", figure: "Größe", frozen: "Eingefroren", now: "Jetzt", difference: "Unterschied", same: "{n} Größen sind heute gleich.", nothing: "Seit dem Einfrieren hat sich nichts bewegt.", since: "Was sich seither bewegt hat", moved: "Was {kpi} bewegt hat", stays: "Genau wie damals bekannt", fingerprint: "SHA-256 {digest}", missing: "Diesen Bericht gibt es nicht", missingHint: "Oder er handelt von Anlagen, die Sie nicht sehen.",
    elapsed_us: "Verstrichene Zeit", not_planned_us: "Nicht geplant", planned_down_us: "Geplanter Stillstand", pot_us: "Planbetriebszeit (POT)", pbt_us: "Planbelegungszeit (PBT)", apt_us: "Produktionszeit (APT)", aust_us: "Rüstzeit (AUST)", adet_us: "Störung (ADET)", adot_us: "Stillstandszeit (ADOT)", nodt_us: "Zeit ohne Daten", external_us: "Mangel oder Stau", extended_us: "Lauf außerhalb des Plans", apart_us: "Lauf getrennt gezählt", busy_us: "Planbelegungszeit", no_data_us: "Zeit ohne Daten", lost_us: "Verlorene Zeit",
    good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf", outside: "Stücke außerhalb der Verhältnisse", noReason: "Ohne Grund", stopsOf: "{name}, Stillstände", timeOf: "{name}, Zeit",
  },
});
