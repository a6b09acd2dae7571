// Why the server refuses what people at machines say, in every language but the one in which it writes; by its codes.
import type { Problem } from "@/api/problem";
import type { Language } from "@/words/language";

/** What is wrong, and the way on; null: what is said leaves none open, or the server's own words are names. */
interface Refusal { says: string; way: string | null }
interface Told extends Refusal { /** The server's own words, whose names and numbers stand in `says` as {1}, {2}. */ of?: RegExp }

const PLANT = "Wer die Anlagendefinition pflegt, kann es ändern.";
const GERMAN: Readonly<Record<string, readonly Told[]>> = {
  // stops and the timeline
  "edit-empty": [{ says: "Das sagt nichts.", way: "Geben Sie einen Grund, einen Zustand oder einen Kommentar an." }],
  "edit-state": [{ says: "Diesen Zustand gibt es nicht.", way: "Wählen Sie den Zustand, zum Beispiel Held." }],
  "edit-mode": [{ says: "Eine Betriebsart wird zusammen mit ihrem Zustand angegeben.", way: null }],
  "edit-what": [{ says: "Eine Teilung ist ein eigener Vorgang.", way: null }],
  "edit-too-long": [{ of: /longer than (\d+) days/, says: "Das ist länger als {1} Tage.", way: "Sagen Sie es in Teilen." }],
  "edit-withdrawn": [{ says: "Das wurde schon zurückgenommen.", way: null }],
  "edit-beside": [{ of: /beside what (.+) said$/, says: "Nichts davon kann neben dem stehen, was {1} gesagt hat.", way: "Setzen Sie Ihres an seine Stelle, oder lassen Sie es gelten." }],
  "split-nothing": [{ says: "Zu dieser Zeit gibt es nichts, was sich teilen ließe.", way: "Wählen Sie einen Zeitpunkt innerhalb eines Stopps." }],
  "time-in-future": [{ says: "Dieser Zeitpunkt liegt in der Zukunft.", way: "Lassen Sie das Ende weg: Es dauert an." }],
  "no-timeline": [{ of: /^(.+) has no timeline/, says: "{1} hat keinen eigenen Zeitstrahl.", way: `Sagen Sie es von der Maschine. ${PLANT}` }],
  version: [{ says: "Diesen Stand kennt der Server nicht.", way: "Laden Sie die Seite neu." }],
  "reason-unknown": [{ of: /reason '(.+)'/, says: "Den Grund „{1}“ gibt es zu dieser Zeit nicht.", way: "Wählen Sie einen der angebotenen Gründe." }],
  period: [
    { of: /at most (\d+) days/, says: "Dieser Zeitraum ist zu lang: höchstens {1} Tage auf einmal.", way: "Wählen Sie einen kürzeren Zeitraum." },
    { of: /before the start/, says: "Das Ende liegt vor dem Anfang.", way: null },
    { says: "Dieser Zeitraum lässt sich so nicht abfragen.", way: "Wählen Sie einen kürzeren Zeitraum." },
  ],
  // pieces
  "count-empty": [{ says: "Geben Sie mindestens eine Menge ein, die nicht 0 ist.", way: null }],
  "count-reason": [{ says: "Ein Grund sagt, warum Stücke Ausschuss sind; es wurde kein Ausschuss eingegeben.", way: null }],
  "count-sum": [{ of: /^(\d+) good, (\d+) scrap and (\d+) rework are not (\d+)/, says: "{1} gut, {2} Ausschuss und {3} Nacharbeit sind nicht {4}.", way: "Lassen Sie weg, was nicht sicher ist: Es folgt aus den anderen." }],
  "count-period": [{ of: /up to (\d+) hours/, says: "Stücke werden für höchstens {1} Stunden auf einmal eingegeben.", way: "Geben Sie sie in Teilen ein." }],
  "count-job": [{ says: "Dieser Auftrag lief hier nicht zu dieser Zeit.", way: null }],
  "count-negative": [{ says: "So viele Stücke lassen sich nicht abziehen: So viele sind in dieser Zeit nicht da.", way: null }],
  "count-equipment": [{ says: "Stücke werden an einer Maschine eingegeben.", way: "Wählen Sie eine Maschine der Linie." }],
  "entry-withdrawn": [{ of: /^(.+) took/, says: "{1} hat diese Eingabe schon zurückgenommen.", way: null }],
  "jump-quantity": [{ says: "Wie viele Stück dazwischen liegen, weiß niemand.", way: "Sagen Sie, wie viele gemacht wurden." }],
  "jump-period": [{ says: "In dieser Zeit bewegte sich der Zähler nicht.", way: null }],
  "jump-decided": [{ says: "Darüber ist schon entschieden.", way: "Entscheiden Sie neu, wenn es anders ist." }],
  // readings of counters
  "reading-backwards": [{ of: /shows (\S+), less than (\S+)/, says: "Der Zähler zeigt {1}, weniger als {2} am Anfang.", way: "Wo er neu beginnt, geben Sie das an; wurde er zurückgestellt oder getauscht, lesen Sie in zwei Teilen ab." }],
  "reading-modulus": [{ of: /anew at (\S+) never shows (\S+)/, says: "Ein Zähler, der bei {1} neu beginnt, zeigt nie {2}.", way: "Lesen Sie ihn noch einmal ab." }],
  "reading-far": [{ of: /^(\d+) pieces lie between (\S+) and (\S+):/, says: "Zwischen {2} und {3} liegen {1} Stück: So viele macht niemand auf einmal.", way: "Lesen Sie den Zähler noch einmal ab." }],
  "reading-twice": [{ says: "Diese Menge folgt schon aus den Ablesungen.", way: "Lassen Sie sie weg." }],
  "reading-first": [{ says: "Diesen Zähler hat hier noch niemand abgelesen.", way: "Geben Sie an, was er am Anfang zeigte." }],
  "reading-withdrawn": [{ of: /^(.+) took/, says: "{1} hat diese Ablesung schon zurückgenommen.", way: null }],
  "reading-followed": [{ of: /^(.+) has read/, says: "{1} hat diesen Zähler seither abgelesen.", way: "Nehmen Sie zuerst die späteren Ablesungen zurück." }],
  "reading-late": [{ of: /^(.+) has read/, says: "{1} hat diesen Zähler seither abgelesen.", way: "Nehmen Sie zuerst die späteren Ablesungen zurück, oder geben Sie fehlende Stücke als Menge ein." }],
  "reading-gap": [{ of: /: (\d+) pieces/, says: "Seit der letzten Ablesung fehlen {1} Stück.", way: "Zählen Sie von der letzten Ablesung an, oder von diesem Anfang an." }],
  "reading-overlap": [{ of: /: (\d+) pieces/, says: "{1} Stück wurden schon mit der letzten Ablesung gezählt.", way: "Zählen Sie von der letzten Ablesung an, oder von diesem Anfang an." }],
  "reading-counted": [{ says: "Diesen Zähler liest die Anlage selbst.", way: "Geben Sie Stücke, die er nicht sah, als Menge ein." }],
  // jobs, orders, codes and texts
  "job-running": [{ of: /^(.+) runs (.+) since/, says: "Auf {1} läuft {2}.", way: "Beenden Sie es zuerst, oder beginnen Sie daneben." }, { says: "Es läuft dort noch.", way: "Beenden Sie es, oder lassen Sie es laufen." }],
  "job-overlap": [{ of: /^(.+) ran (.+) from/, says: "Auf {1} lief zu dieser Zeit {2}.", way: "Beginnen Sie nach seinem Ende, oder enden Sie vor seinem Anfang." }],
  "job-ended": [{ of: /^(.+) ended already/, says: "{1} ist schon beendet.", way: null }],
  "job-ends-before-start": [{ says: "Das Ende liegt vor dem Anfang.", way: null }],
  "job-equipment": [{ says: "Ein Auftrag läuft auf einer Maschine oder auf einer Linie mit Maschinen.", way: null }],
  "job-by-tag": [{ says: "Diesen Auftrag hat die Maschine selbst begonnen.", way: "Beenden Sie ihn statt dessen." }],
  "job-share": [{ of: /beside it have (\d+)/, says: "Die Aufträge daneben haben schon {1} ppm.", way: "Geben Sie ihm einen kleineren Anteil." }],
  "jobs-at-once": [{ of: /^(.+) runs (.+) at a time/, says: "Auf {1} laufen schon so viele Aufträge nebeneinander, wie sie kann.", way: `Beenden Sie zuerst einen. ${PLANT}` }],
  "hand-over-empty": [{ says: "Sagen Sie, wer weitermacht, oder hinterlassen Sie eine Notiz.", way: null }],
  "no-hand-over": [{ says: "Dieser Auftrag wurde nicht übergeben.", way: null }],
  "product-unknown": [{ of: /product '(.+)'/, says: "Das Produkt „{1}“ gibt es nicht.", way: PLANT }],
  "order-unknown": [{ says: "Diesen Auftrag kennt niemand.", way: "Planen Sie ihn." }],
  "order-no-start": [{ says: "Nichts sagt, wann er beginnt.", way: "Geben Sie einen geplanten Beginn an, oder beginnen Sie von Hand." }],
  "order-not-due": [{ of: /^(.+) is not due/, says: "{1} ist nicht an der Reihe.", way: null }],
  "no-job-order": [{ of: /order '(.+)' here/, says: "Den Auftrag „{1}“ gibt es hier nicht.", way: "Planen Sie ihn, oder beginnen Sie das Produkt." }],
  "scan-unknown": [{ of: /code '(.+)':/, says: "Den Code „{1}“ kennt niemand: Er ist hier kein Auftrag und kein Produkt.", way: "Planen Sie den Auftrag, oder beginnen Sie das Produkt von Hand." }],
  "text-answered": [{ of: /^(.+) said already/, says: "{1} hat schon gesagt, was es bedeutet.", way: "Nehmen Sie das zuerst zurück." }],
  "text-open": [{ says: "Noch hat niemand gesagt, was es bedeutet.", way: null }],
  "entry-held": [{ says: "Darüber ist nichts entschieden.", way: null }],
  "entry-decided": [{ says: "Darüber ist schon entschieden.", way: "Nehmen Sie diese Entscheidung zuerst zurück." }],
  // shifts that were signed, and what is taken back
  "shift-signed": [{ of: /^(.+) signed the shift (.+) from/, says: "{1} hat die Schicht {2} unterschrieben: Sie steht fest.", way: "Wer Schichten wieder öffnen darf, nimmt die Unterschrift mit einem Grund zurück; danach senden Sie es noch einmal." }, { of: /^(.+) signed it/, says: "{1} hat sie schon unterschrieben.", way: null }, { says: "Die Unterschrift gilt.", way: null }],
  "shift-closed": [{ says: "Das gehört zu einer Schicht, die vorbei ist.", way: "Fragen Sie Ihre Linienführung: Dafür braucht es ein eigenes Recht." }],
  "shift-open": [{ says: "Diese Schicht ist noch nicht vorbei.", way: null }],
  "shift-changed": [{ says: "Seither hat jemand die Schicht geändert.", way: "Unterschreiben Sie sie neu, wie sie jetzt ist." }],
  "shift-reopened": [{ of: /^(.+) took/, says: "{1} hat sie schon zurückgenommen.", way: null }],
  "no-shift": [{ says: "Eine solche Schicht gibt es hier nicht.", way: "Eine Linie ohne Kalender hat keine Schichten." }],
  "not-yours": [{ of: /done by (.+)$/, says: "Das hat {1} getan.", way: "Zurücknehmen kann es, wer es getan hat." }],
  "undo-late": [{ says: "Das ist zu lange her, um es zurückzunehmen.", way: null }],
  // histories of other systems
  "history-file": [{ says: "Diese Datei ist nicht da, oder ihr Inhalt ist unlesbar.", way: "Senden Sie sie noch einmal." }],
  "history-path": [{ says: "Dateien auf dem Server liest nur die Befehlszeile dort.", way: "Senden Sie die Datei." }],
  "history-busy": [{ says: "Zwei Einfuhren warten schon.", way: "Sehen Sie in der Liste der laufenden Arbeiten nach." }],
  "history-ended": [{ says: "Diese Einfuhr ist schon zu Ende.", way: null }],
  "history-disk": [{ says: "Auf der Platte des Servers ist kein Platz für diese Datei.", way: "Wer den Server betreut, kann Platz schaffen." }],
  "history-files": [{ of: /^(\d+) files/, says: "{1} Ihrer Dateien warten schon.", way: "Führen Sie sie ein, oder geben Sie eine auf." }],
  zone: [{ of: /zone '(.+)'/, says: "Die Zeitzone „{1}“ gibt es nicht.", way: "Zum Beispiel Europe/Prague." }],
  series: [{ of: /more than (\S+) (series|characters)/, says: "Diese Datei hat zu viele Reihen, oder ihre Namen sind zu lang (mehr als {1}).", way: "Teilen Sie die Datei." }],
  // trends: what signals came to, files of them, their views and corrections
  "aggregate-too-many": [{ says: "Das sind zu viele Ergebnisse auf einmal.", way: "Wählen Sie längere Abschnitte, einen kürzeren Zeitraum oder weniger Signale." }],
  "aggregate-too-long": [{ says: "In einem Abschnitt liegen mehr Messwerte eines Signals, als auf einmal gelesen werden.", way: "Wählen Sie kürzere Abschnitte." }],
  "export-interval": [{ says: "Dichter als eine Zeile je Millisekunde geht es nicht.", way: null }],
  "export-too-long": [
    { of: /a spreadsheet holds/, says: "Das sind mehr Zeilen, als eine Tabelle fasst.", way: "Wählen Sie einen größeren Abstand der Zeilen, oder CSV oder Parquet." },
    { says: "Das sind zu viele Zellen für eine Datei.", way: "Wählen Sie einen größeren Abstand der Zeilen, einen kürzeren Zeitraum oder weniger Signale." },
  ],
  "export-no-file": [{ says: "Zu dieser Ausgabe gibt es keine Datei.", way: null }],
  "exports-kept": [{ of: /^(\d+) exports/, says: "{1} Ihrer Ausgaben liegen schon bereit.", way: "Entfernen Sie eine davon." }],
  "exports-busy": [{ of: /^(\d+) exports/, says: "{1} Ausgaben werden schon geschrieben.", way: "Versuchen Sie es wieder, wenn eine davon fertig ist." }],
  "no-arrow": [{ says: "Parquet kann dieser Server nicht schreiben: Ihm fehlt das Paket pyarrow.", way: "Wer den Server betreut, kann es einrichten." }],
  "views-many": [{ of: /you keep (\d+) views/, says: "Sie haben schon {1} Ansichten gespeichert; mehr sind es nicht.", way: "Vergessen Sie eine davon." }],
  "correction-empty": [{ says: "Das sagt nichts.", way: "Geben Sie Messwerte, einen Wert, eine Umrechnung oder eine Güte an." }],
  "correction-computed": [{ of: /^(.+) is computed/, says: "{1} wird berechnet.", way: "Korrigieren Sie die Signale, aus denen es folgt." }],
  "correction-internal": [{ of: /^(.+) says what runs/, says: "{1} sagt, was läuft, wie es seine Aufträge haben.", way: "Ändern Sie den Auftrag." }],
  "correction-kind": [{ of: /^(.+) is no number/, says: "{1} ist keine Zahl.", way: null }, { says: "Ein solcher Wert passt nicht zu diesem Signal.", way: null }],
  "correction-many": [{ of: /^(.+) has been corrected (\d+) times/, says: "{1} wurde schon {2}-mal korrigiert.", way: "Beheben Sie, was es sendet; Vergangenes lässt sich als Datei einführen." }, { says: "So viele Messwerte lassen sich nicht von Hand angeben.", way: "Führen Sie sie als Datei ein." }],
  "correction-outside": [{ of: /^(\S+) lies outside/, says: "{1} liegt nicht in dem Zeitraum, der korrigiert wird.", way: null }],
  "correction-too-long": [{ of: /longer than (\d+) days/, says: "Das ist länger als {1} Tage.", way: "Korrigieren Sie es in Teilen." }],
  "correction-undone": [{ of: /^(.+) took/, says: "{1} hat diese Korrektur schon zurückgenommen.", way: null }],
  "correction-unclear": [{ of: /bad has no value/, says: "Was schlecht ist, hat keinen Wert.", way: null }, { says: "Diese Angaben passen nicht zueinander.", way: "Geben Sie einen Wert an, oder eine Umrechnung." }],
  // figures
  "no-ledger": [{ of: /^(.+) has no times/, says: "{1} hat keine eigenen Zeiten.", way: `Eine Linie braucht einen Engpass (constraint). ${PLANT}` }, { says: "Den Engpass dieser Linie dürfen Sie nicht sehen.", way: null }],
  "no-plan": [{ says: "Hier gibt es keinen eigenen Plan.", way: "Einen Plan haben eine Maschine oder eine Linie." }],
  "no-kpi": [{ says: "Diese Kennzahl gibt es nicht.", way: null }],
  group: [{ says: "Danach lässt sich nicht aufteilen.", way: null }],
  groups: [{ says: "Das sind zu viele Gruppen.", way: "Wählen Sie einen kürzeren Zeitraum oder weniger Merkmale." }],
  "explain-path": [{ says: "Dazu gibt es keine Erklärung mehr: Was darunter lag, hat sich geändert.", way: "Öffnen Sie die Zahl noch einmal." }],
};

/** In the reader's language where it is known; else as the server wrote it. */
export function refusalOf(problem: Pick<Problem, "code" | "detail" | "hint">, language: Language): { detail: string | null; hint: string | null } {
  const known = language === "de" ? GERMAN[problem.code ?? ""] : undefined;
  for (const { of, says, way } of known ?? []) {
    const said = of?.exec(problem.detail ?? "");
    if (of && !said) continue;
    return { detail: says.replace(/\{(\d)\}/g, (_, n: string) => said?.[Number(n)] ?? ""), hint: way };
  }
  return { detail: problem.detail, hint: problem.hint };
}
