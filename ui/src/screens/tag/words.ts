// The words of the tag page.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    now: "Value now", quality: "Quality", ts: "Time", device: "Device time", deviceSame: "as the time", wiring: "Where it comes from", equipment: "Equipment", connection: "Connection", address: "Address", kind: "Kind", unit: "Unit", scaling: "Scaling", raw: "raw × {scale} + {offset}", unscaled: "as read", deadband: "Deadband", every: "every change", scan: "Scan class",
    poll: "{name}: read every {time}", subscribe: "{name}: subscribed, sampled every {time}", internal: "Kept by Dovetail; read from no controller.", trend: "Trend", noTrend: "A text has no trend", noTrendHint: "Its samples are in the list below.", samples: "Last samples", value: "Value", export: "Export CSV", behind: "{time} behind", ahead: "{time} ahead", code: "Code",
  },
  de: {
    now: "Wert jetzt", quality: "Güte", ts: "Zeit", device: "Gerätezeit", deviceSame: "wie die Zeit", wiring: "Woher es kommt", equipment: "Anlage", connection: "Verbindung", address: "Adresse", kind: "Art", unit: "Einheit", scaling: "Umrechnung", raw: "roh × {scale} + {offset}", unscaled: "wie gelesen", deadband: "Totband", every: "jede Änderung", scan: "Abtastklasse",
    poll: "{name}: gelesen alle {time}", subscribe: "{name}: abonniert, abgetastet alle {time}", internal: "Von Dovetail geführt; aus keiner Steuerung gelesen.", trend: "Verlauf", noTrend: "Ein Text hat keinen Verlauf", noTrendHint: "Seine Messwerte stehen in der Liste unten.", samples: "Letzte Messwerte", value: "Wert", export: "CSV ausgeben", behind: "{time} nach", ahead: "{time} vor", code: "Code",
  },
});

export const kindWords = defineWords({
  en: { f64: "Number", i64: "Whole number", u64: "Whole number without sign", bool: "Yes or no", str: "Text", json: "Structure" },
  de: { f64: "Zahl", i64: "Ganze Zahl", u64: "Ganze Zahl ohne Vorzeichen", bool: "Ja oder nein", str: "Text", json: "Struktur" },
});
