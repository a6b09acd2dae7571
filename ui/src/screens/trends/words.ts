// The words of the trend screen.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Trends" }, de: { nav: "Verläufe" } });

export const words = defineWords({
  en: {
    title: "Trends", add: "Add a signal", addHint: "Search by name, equipment or address", noFind: "No signal fits", text: "a text, it has no curve", full: "Sixteen signals are on screen; take one away first.",
    none: "No signal chosen yet", noneHint: "Search for a signal above. Links from a tag's page, the tag table or an explanation bring theirs along.",
    back: "Back", forward: "Forward", closer: "Zoom in", wider: "Zoom out", now: "Now", follows: "follows", followHint: "Go to now and follow", span: "Stretch of time", "300": "5 min", "3600": "1 h", "28800": "8 h", "86400": "24 h", "604800": "7 days", "2592000": "30 days", "31536000": "1 year", from: "From, to",
    no: "Pen", signal: "Signal", unit: "Unit", at: "Value at {name}", quality: "Quality", ts: "Time", device: "Device time", axis: "Scale", own: "Own scale", common: "Common scale", hide: "Hide {tag}", show: "Show {tag}", remove: "Remove {tag}", gone: "This signal is not there", here: "Value", pens: "Signals on screen",
    bands: "Behind the curves", states: "States", jobs: "Jobs", stops: "Stops", alarms: "Alarms", times: "{what} ({n} times)", tooLong: "What the machines did is shown in up to a month.",
    compare: "Compare", before: "With the period before", dayBefore: "With a day before", weekBefore: "With a week before", beginsAt: "With a period that begins", run: "Run", otherRun: "compared with", compareRuns: "Compare from their starts", noRuns: "Fewer than two jobs ran here in the last two months.", compareOff: "Compare no more", dotted: "Dotted: {start} – {end}", comparedWith: "Compared with {start} ({by})", then: "Then",
    low: "Lowest", mean: "Mean", high: "Highest", good: "Good", meanHint: "weighted by time", saveCsv: "CSV", savePng: "Picture", saveCsvHint: "The rows from which the curves are drawn", savePngHint: "The picture as it is", clear: "Take the cursors away", wentSince: "went by a rule",
    views: "Views", noViews: "No view is kept yet.", viewName: "Keep this view as", shareView: "For everybody who sees its equipment", saveView: "Keep", forget: "Forget {name}", sharedBy: "by {name}", sharedByYou: "shared",
    asKnown: "As known", asKnownAt: "As known: {known}", asKnownHint: "Corrections made later do not count.", knownNow: "Now", sent: "As sent", known: "As known before", knownAt: "At a moment", knownApply: "Show it as known then", besideSent: "Beside it, dotted: as it was sent", besideKnown: "Beside it, dotted: as known at {known}", asSentNote: "Shown as the signals were sent, without any correction.", asKnownNote: "Shown as known at {known}: what was corrected later does not count.", correct: "Correct …", correctSpan: "Correct {tag} from A to B …",
    cursors: "A {a}", cursorB: "B {b}", both: "A {a} · B {b} · {apart}", failed: "Some of it could not be read",
  },
  de: {
    title: "Verläufe", add: "Signal hinzufügen", addHint: "Suchen nach Name, Anlage oder Adresse", noFind: "Kein Signal passt", text: "ein Text, er hat keine Kurve", full: "Sechzehn Signale sind zu sehen; nehmen Sie erst eines weg.",
    none: "Noch kein Signal gewählt", noneHint: "Suchen Sie oben nach einem Signal. Wege von der Seite eines Signals, aus der Signalliste oder aus einer Erklärung bringen ihre mit.",
    back: "Zurück", forward: "Vor", closer: "Vergrößern", wider: "Verkleinern", now: "Jetzt", follows: "folgt", followHint: "Zu jetzt gehen und folgen", span: "Zeitspanne", "300": "5 min", "3600": "1 h", "28800": "8 h", "86400": "24 h", "604800": "7 Tage", "2592000": "30 Tage", "31536000": "1 Jahr", from: "Von, bis",
    no: "Stift", signal: "Signal", unit: "Einheit", at: "Wert bei {name}", quality: "Güte", ts: "Zeit", device: "Gerätezeit", axis: "Skala", own: "Eigene Skala", common: "Gemeinsame Skala", hide: "{tag} ausblenden", show: "{tag} einblenden", remove: "{tag} entfernen", gone: "Dieses Signal gibt es nicht", here: "Wert", pens: "Signale im Bild",
    bands: "Hinter den Kurven", states: "Zustände", jobs: "Aufträge", stops: "Stillstände", alarms: "Meldungen", times: "{what} ({n}-mal)", tooLong: "Was die Maschinen taten, wird bis zu einem Monat gezeigt.",
    compare: "Vergleichen", before: "Mit dem Zeitraum davor", dayBefore: "Mit einem Tag davor", weekBefore: "Mit einer Woche davor", beginsAt: "Mit einem Zeitraum, der beginnt", run: "Lauf", otherRun: "verglichen mit", compareRuns: "Ab ihren Anfängen vergleichen", noRuns: "Hier liefen in den letzten zwei Monaten weniger als zwei Aufträge.", compareOff: "Nicht mehr vergleichen", dotted: "Gepunktet: {start} – {end}", comparedWith: "Verglichen mit {start} ({by})", then: "Damals",
    low: "Tiefster", mean: "Mittel", high: "Höchster", good: "Gut", meanHint: "nach Zeit gewichtet", saveCsv: "CSV", savePng: "Bild", saveCsvHint: "Die Zeilen, aus denen die Kurven gezeichnet sind", savePngHint: "Das Bild, wie es ist", clear: "Marken wegnehmen", wentSince: "nach Regel entfernt",
    views: "Ansichten", noViews: "Noch ist keine Ansicht gespeichert.", viewName: "Diese Ansicht speichern als", shareView: "Für alle, die ihre Anlagen sehen", saveView: "Speichern", forget: "{name} vergessen", sharedBy: "von {name}", sharedByYou: "geteilt",
    asKnown: "Wissensstand", asKnownAt: "Wissensstand: {known}", asKnownHint: "Was später korrigiert wurde, zählt nicht.", knownNow: "Jetzt", sent: "Wie gesendet", known: "Vorher bekannt", knownAt: "Zu einem Zeitpunkt", knownApply: "So zeigen, wie damals bekannt", besideSent: "Daneben gepunktet: wie gesendet", besideKnown: "Daneben gepunktet: wie bekannt bei {known}", asSentNote: "So gezeigt, wie die Signale gesendet wurden, ohne jede Korrektur.", asKnownNote: "So gezeigt, wie bei {known} bekannt: was später korrigiert wurde, zählt nicht.", correct: "Korrigieren …", correctSpan: "{tag} von A bis B korrigieren …",
    cursors: "A {a}", cursorB: "B {b}", both: "A {a} · B {b} · {apart}", failed: "Ein Teil konnte nicht gelesen werden",
  },
});
