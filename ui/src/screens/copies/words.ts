// The words of backups and of copies elsewhere.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    help: "A backup brings the whole installation back, records and samples of one moment. A copy elsewhere holds the sealed samples of this site for reports of the enterprise; it is no backup.",
    backups: "Backups", made: "Made", version: "Version", size: "Size", rows: "Rows", sealed: "only the recovery key can tell", encrypted: "Encrypted", folder: "Folder",
    noBackups: "There is no backup in the server's folder", noBackupsHint: "Tell the server where they go (DOVETAIL_BACKUPS), on another disk. Then make the first one here or with “dovetail backup make”.",
    make: "Back up now", check: "Check all", begun: "The backup has begun", beginHint: "Look at the work at the top of the page: it says how far it is.", checkBegun: "The check has begun", failed: "The last one failed", working: "at work",
    whenDue: "When they are due", lastMade: "Last backup", neverMade: "none was ever made", nextBackup: "Next backup", lastProven: "Last restored to prove it", neverProven: "none was ever restored", provenOf: "the one of", nextProof: "Next proof", dueNow: "due now", dueBy: "due by {when}", wasDue: "was due {when}", proven: "Proven",
    newest: "The newest is of {when}", proof: "Whether it comes back is only known when it was restored: “dovetail backup verify” does that in a scratch folder.",
    elsewhere: "Copies elsewhere", name: "Name", to: "Kind", host: "Host", tags: "Signals", state: "State", equal: "holds all that is sealed here", behind: "{n} months are yet to compare", failing: "not reached", equalAsOf: "Equal as of", samples: "Samples brought", cause: "Cause", mendedBy: "Who can mend it", compare: "Compare now", compared: "{name} is compared now",
    noCopies: "No copy is kept elsewhere", noCopiesHint: "Name one under “forwarding:” in the plant code: PostgreSQL or ClickHouse.",
  },
  de: {
    help: "Eine Sicherung bringt die ganze Installation zurück, Aufzeichnungen und Messwerte eines Augenblicks. Eine Kopie anderswo hält die versiegelten Messwerte dieses Standorts für Berichte des Unternehmens; sie ist keine Sicherung.",
    backups: "Sicherungen", made: "Erstellt", version: "Version", size: "Größe", rows: "Zeilen", sealed: "weiß nur der Wiederherstellungsschlüssel", encrypted: "Verschlüsselt", folder: "Ordner",
    noBackups: "Im Ordner des Servers liegt keine Sicherung", noBackupsHint: "Sagen Sie dem Server, wohin sie gehören (DOVETAIL_BACKUPS), auf eine andere Festplatte. Dann erstellen Sie die erste hier oder mit „dovetail backup make“.",
    make: "Jetzt sichern", check: "Alle prüfen", begun: "Die Sicherung hat begonnen", beginHint: "Oben auf der Seite steht, wie weit sie ist.", checkBegun: "Die Prüfung hat begonnen", failed: "Die letzte ist gescheitert", working: "läuft",
    whenDue: "Wann sie fällig sind", lastMade: "Letzte Sicherung", neverMade: "es gab noch keine", nextBackup: "Nächste Sicherung", lastProven: "Zuletzt zur Probe wiederhergestellt", neverProven: "noch nie", provenOf: "die vom", nextProof: "Nächste Probe", dueNow: "jetzt fällig", dueBy: "fällig bis {when}", wasDue: "war fällig am {when}", proven: "Erprobt",
    newest: "Die neueste ist vom {when}", proof: "Ob sie zurückkommt, weiß man erst nach einer Wiederherstellung: „dovetail backup verify“ macht das in einem Ordner zum Wegwerfen.",
    elsewhere: "Kopien anderswo", name: "Name", to: "Art", host: "Rechner", tags: "Signale", state: "Zustand", equal: "hält alles, was hier versiegelt ist", behind: "{n} Monate sind noch zu vergleichen", failing: "nicht erreicht", equalAsOf: "Gleich seit", samples: "Gebrachte Messwerte", cause: "Ursache", mendedBy: "Wer es beheben kann", compare: "Jetzt vergleichen", compared: "{name} wird jetzt verglichen",
    noCopies: "Anderswo wird keine Kopie gehalten", noCopiesHint: "Nennen Sie eine unter „forwarding:“ im Anlagencode: PostgreSQL oder ClickHouse.",
  },
});
