// The words of signals: what a quality means, and what to do about it.
import { defineWords } from "@/words/words";

export const gradeWords = defineWords({
  en: { good: "Good", uncertain: "Uncertain", bad: "Bad" },
  de: { good: "Gut", uncertain: "Unsicher", bad: "Schlecht" },
});

/** Keys are the low byte of a quality (OPC DA). */
export const qualityWords = defineWords({
  en: {
    "192": "Good", "216": "Good, set by hand", "64": "Uncertain", "68": "Last known value", "84": "Out of range",
    "0": "Bad", "4": "Wrong address or type", "8": "Not connected", "12": "Device fault", "20": "Too old", "24": "No answer", "28": "Out of service",
  },
  de: {
    "192": "Gut", "216": "Gut, von Hand gesetzt", "64": "Unsicher", "68": "Letzter bekannter Wert", "84": "Außerhalb des Bereichs",
    "0": "Schlecht", "4": "Adresse oder Typ falsch", "8": "Nicht verbunden", "12": "Gerätefehler", "20": "Zu alt", "24": "Keine Antwort", "28": "Außer Betrieb",
  },
});

export const meaningWords = defineWords({
  en: {
    good: "The value may be believed; it counts in states and figures.", "216": "Somebody set this value by hand in the controller. It counts as if it had been measured.",
    uncertain: "The controller itself doubts this value. It is shown, but no state and no count is made of it.", "68": "The controller gives the last value it had; the sensor behind it no longer answers.", "84": "The value lies outside the range that the sensor can measure.",
    bad: "There is no value. States and figures treat this time as not known.", "4": "The controller does not know this address, or holds another type there. Check the address in the plant code.", "8": "The connection is down. Look at its history for the cause.",
    "12": "The controller reports a fault of the device behind this address.", "20": "The value was not renewed for longer than its scan class allows.", "24": "The controller was asked and did not answer.", "28": "The controller says that this point is switched off.",
  },
  de: {
    good: "Dem Wert darf man glauben; er zählt in Zuständen und Kennzahlen.", "216": "Jemand hat diesen Wert von Hand in der Steuerung gesetzt. Er zählt, als wäre er gemessen.",
    uncertain: "Die Steuerung selbst zweifelt an diesem Wert. Er wird gezeigt, aber aus ihm wird kein Zustand und keine Zählung.", "68": "Die Steuerung gibt den letzten Wert, den sie hatte; der Sensor dahinter antwortet nicht mehr.", "84": "Der Wert liegt außerhalb dessen, was der Sensor messen kann.",
    bad: "Es gibt keinen Wert. Zustände und Kennzahlen behandeln diese Zeit als unbekannt.", "4": "Die Steuerung kennt diese Adresse nicht oder hält dort einen anderen Typ. Prüfen Sie die Adresse im Werkscode.", "8": "Die Verbindung ist unterbrochen. Ihr Verlauf nennt die Ursache.",
    "12": "Die Steuerung meldet einen Fehler des Geräts hinter dieser Adresse.", "20": "Der Wert wurde länger nicht erneuert, als seine Abtastklasse erlaubt.", "24": "Die Steuerung wurde gefragt und antwortete nicht.", "28": "Die Steuerung sagt, dass dieser Punkt abgeschaltet ist.",
  },
});

export const markWords = defineWords({
  en: { reanchored: "time corrected", held: "held over", substituted: "substituted" },
  de: { reanchored: "Zeit berichtigt", held: "gehalten", substituted: "ersetzt" },
});

export const kindWords = defineWords({
  en: { f64: "Number", i64: "Whole number", u64: "Whole number without sign", bool: "Yes or no", str: "Text", json: "Structure" },
  de: { f64: "Zahl", i64: "Ganze Zahl", u64: "Ganze Zahl ohne Vorzeichen", bool: "Ja oder nein", str: "Text", json: "Struktur" },
});

export const words = defineWords({
  en: { none: "no value yet", noneHint: "Nothing has been heard of this signal since it was bound.", noSamples: "No samples in this period", noSamplesHint: "Choose another period, or look at the connection." },
  de: { none: "noch kein Wert", noneHint: "Seit das Signal gebunden wurde, kam nichts von ihm.", noSamples: "Keine Messwerte in diesem Zeitraum", noSamplesHint: "Wählen Sie einen anderen Zeitraum oder sehen Sie nach der Verbindung." },
});
