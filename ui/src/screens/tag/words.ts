// The words of the tag page.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    now: "Value now", quality: "Quality", ts: "Time", device: "Device time", deviceSame: "as the time", wiring: "Where it comes from", equipment: "Equipment", connection: "Connection", address: "Address", kind: "Kind", unit: "Unit", scaling: "Scaling", raw: "raw × {scale} + {offset}", unscaled: "as read", deadband: "Deadband", every: "every change", scan: "Scan class", rawValue: "Raw value", native: "Status of the device", nativeNone: "nothing special", nativeUnknown: "a status of the driver's own", uses: "Used for", noUses: "No state, count or job of its equipment reads this tag; it is only recorded.", figures: "Figures that follow from it:",
    computed: "Computed by Dovetail from other tags.", expression: "Expression", carries: "Carries a figure of the running shift, published by Dovetail.", figure: "Figure", inputs: "Follows from", computedFromIt: "From it follow", reason: "Reason",
    poll: "{name}: read every {time}", subscribe: "{name}: subscribed, sampled every {time}", internal: "Kept by Dovetail; read from no controller.", trend: "Trend", noTrend: "A text has no trend", noTrendHint: "Its samples are in the list below.", samples: "Last samples", value: "Value", export: "Export CSV", behind: "{time} behind", ahead: "{time} ahead", code: "Code", sent: "As sent", sentDotted: "Part of this was corrected. Dotted: as it was sent.", correct: "Correct …", act: "Correct",
  },
  de: {
    now: "Wert jetzt", quality: "Güte", ts: "Zeit", device: "Gerätezeit", deviceSame: "wie die Zeit", wiring: "Woher es kommt", equipment: "Anlage", connection: "Verbindung", address: "Adresse", kind: "Art", unit: "Einheit", scaling: "Umrechnung", raw: "roh × {scale} + {offset}", unscaled: "wie gelesen", deadband: "Totband", every: "jede Änderung", scan: "Abtastklasse", rawValue: "Rohwert", native: "Status des Geräts", nativeNone: "nichts Besonderes", nativeUnknown: "ein Status des Treibers", uses: "Wird verwendet für", noUses: "Kein Zustand, keine Zählung und kein Auftrag der Anlage liest dieses Signal; es wird nur aufgezeichnet.", figures: "Kennzahlen, die daraus folgen:",
    computed: "Von Dovetail aus anderen Signalen berechnet.", expression: "Ausdruck", carries: "Trägt eine Kennzahl der laufenden Schicht, von Dovetail veröffentlicht.", figure: "Kennzahl", inputs: "Folgt aus", computedFromIt: "Daraus folgen", reason: "Grund",
    poll: "{name}: gelesen alle {time}", subscribe: "{name}: abonniert, abgetastet alle {time}", internal: "Von Dovetail geführt; aus keiner Steuerung gelesen.", trend: "Verlauf", noTrend: "Ein Text hat keinen Verlauf", noTrendHint: "Seine Messwerte stehen in der Liste unten.", samples: "Letzte Messwerte", value: "Wert", export: "CSV ausgeben", behind: "{time} nach", ahead: "{time} vor", code: "Code", sent: "Wie gesendet", sentDotted: "Ein Teil davon wurde korrigiert. Gepunktet: wie gesendet.", correct: "Korrigieren …", act: "Korrigieren",
  },
});

/** What a tag is read for; a counter by the pieces it counts. */
export const purposeWords = defineWords({
  en: { state: "State", mode: "Mode", starved: "Sign that material is missing", blocked: "Sign that the outlet is blocked", reason: "Reason of a stop", product: "Product that runs", order: "Job order that runs", total: "Counter of all pieces", good: "Counter of good pieces", scrap: "Counter of scrap", rework: "Counter of rework", infeed: "Counter at the infeed" },
  de: { state: "Zustand", mode: "Betriebsart", starved: "Zeichen für fehlendes Material", blocked: "Zeichen für verstopften Auslauf", reason: "Grund eines Stillstands", product: "Laufendes Produkt", order: "Laufender Auftrag", total: "Zähler aller Stücke", good: "Zähler der guten Stücke", scrap: "Zähler des Ausschusses", rework: "Zähler der Nacharbeit", infeed: "Zähler am Einlauf" },
});
