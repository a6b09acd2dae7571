// The words of one connection's page.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    all: "All connections", meaning: "What do the signals mean?", edit: "Edit", importTags: "Import a tag list", remove: "Take out …", gone: "There is no such connection", goneHint: "It is not in the plant code, or it feeds nothing that you may see.", up: "Up", down: "Down", settling: "Settling", demoted: "Set back: the device is silent", health: "Health now", endpoint: "Endpoint", goodThrough: "Values good through", never: "never",
    rtt50: "Answer time, half of all within", rtt99: "Answer time, 99 of 100 within", reads: "Reads/s", samples: "Samples/s", badRatio: "Bad values, last minute", points: "Points without a value", lag: "Lag from stamp to store", clock: "Clock offset", overruns: "Scans that came late", demotions: "Times set back", reconnects: "Reconnects", lost: "Lost samples",
    waiting: "Waits on disk for the store", oldest: "the oldest", refused: "Laid aside, cannot be stored",
    history: "Up and down", availability: "Availability", downTime: "Down", outages: "Outages", longest: "Longest", observed: "Observed", band: "{name} from {start} to {end}: {outages} outages", legendUp: "up", legendDown: "down", legendUnknown: "not observed", outageList: "Outages, newest first", none: "No outage in this period", noneHint: "The link stood whenever it was observed.", nothing: "Nothing was observed in this period", nothingHint: "Before a connection was first seen nothing is known of it.",
    start: "Start", end: "End", duration: "Duration", cause: "Cause", told: "Told", toldYes: "somebody was told", still: "still down", feeds: "Feeds", feedsNone: "No tag is read over this connection.", tags: "{n} tags", showTags: "All tags over this connection", notEncrypted: "Not encrypted",
  },
  de: {
    all: "Alle Verbindungen", meaning: "Was bedeuten die Signale?", edit: "Bearbeiten", importTags: "Signalliste einlesen", remove: "Herausnehmen …", gone: "Diese Verbindung gibt es nicht", goneHint: "Sie steht nicht im Werkscode oder speist nichts, was Sie sehen dürfen.", up: "Steht", down: "Unterbrochen", settling: "Beruhigt sich", demoted: "Zurückgestellt: Das Gerät schweigt", health: "Gesundheit jetzt", endpoint: "Endpunkt", goodThrough: "Werte gültig bis", never: "nie",
    rtt50: "Antwortzeit, die Hälfte binnen", rtt99: "Antwortzeit, 99 von 100 binnen", reads: "Lesungen/s", samples: "Messwerte/s", badRatio: "Schlechte Werte, letzte Minute", points: "Punkte ohne Wert", lag: "Verzug vom Stempel zum Speicher", clock: "Uhrversatz", overruns: "Verspätete Abtastungen", demotions: "Zurückstellungen", reconnects: "Neuverbindungen", lost: "Verlorene Messwerte",
    waiting: "Wartet auf der Platte auf den Speicher", oldest: "das älteste", refused: "Beiseitegelegt, nicht speicherbar",
    history: "Auf und ab", availability: "Verfügbarkeit", downTime: "Unterbrochen", outages: "Ausfälle", longest: "Längster", observed: "Beobachtet", band: "{name} von {start} bis {end}: {outages} Ausfälle", legendUp: "steht", legendDown: "unterbrochen", legendUnknown: "nicht beobachtet", outageList: "Ausfälle, neueste zuerst", none: "Kein Ausfall in diesem Zeitraum", noneHint: "Die Verbindung stand, wann immer sie beobachtet wurde.", nothing: "In diesem Zeitraum wurde nichts beobachtet", nothingHint: "Bevor eine Verbindung zum ersten Mal gesehen wurde, ist nichts über sie bekannt.",
    start: "Anfang", end: "Ende", duration: "Dauer", cause: "Ursache", told: "Gemeldet", toldYes: "jemand wurde verständigt", still: "noch unterbrochen", feeds: "Speist", feedsNone: "Über diese Verbindung wird kein Signal gelesen.", tags: "{n} Signale", showTags: "Alle Signale über diese Verbindung", notEncrypted: "Unverschlüsselt",
  },
});
