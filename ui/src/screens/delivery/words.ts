// The words of the account of samples and of the way on which they come.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    help: "Every sample that a source announced is accounted for: it was stored, came twice, was refused, or the source itself said that it was lost. Nothing else may happen.",
    account: "Account by source and lane", source: "Source", lane: "Lane", live: "live", backlog: "backlog", import: "import", expected: "Expected", stored: "Stored", duplicate: "Duplicate", refused: "Refused", gap: "Declared gap", sum: "Sum check", frames: "Frames", repeated: "{n} came again", missing: "{n} never came", balanced: "comes out even", uneven: "{n} too many", short: "{n} too few",
    none: "Nothing was ever sent", noneHint: "As soon as a connection is read, what became of its samples stands here.",
    rule: "Expected = stored + duplicate + refused + declared gap", holds: "holds for each", holdsNot: "does not hold for {sources}",
    transport: "Transport over NATS", direct: "What is collected here is stored by this very process", directHint: "With “serve --nats” it goes over a stream to ingest workers on other machines; then they stand here.",
    fault: "The transport cannot be seen", waiting: "Waits in the stream", waitingOf: "{bytes} of {most}, messages: {n}", copies: "Kept by", copiesOf: "{n} of {all} servers, led by {leader}", noLeader: "no server leads the stream: nothing goes over it now", startMissing: "start the NATS server that is missing: it catches up by itself", onDisk: "Messages waiting on this machine", again: "Messages sent again", orphans: "Stored by nobody", noOrphans: "no part of the plant", shards: "shards {list}",
    workers: "Ingest workers", worker: "Worker", state: "State", alive: "works", gone: "gone", since: "Since", share: "Parts of 16", samples: "Samples stored", redelivered: "Given out again", noWorkers: "No ingest worker has ever stored anything", noWorkersHint: "Start one: dovetail ingest",
  },
  de: {
    help: "Über jeden Messwert, den eine Quelle angekündigt hat, wird Buch geführt: Er wurde gespeichert, kam doppelt, wurde abgewiesen, oder die Quelle selbst hat ihn verloren gemeldet. Anderes darf nicht geschehen.",
    account: "Buchführung je Quelle und Spur", source: "Quelle", lane: "Spur", live: "laufend", backlog: "Rückstand", import: "Import", expected: "Erwartet", stored: "Gespeichert", duplicate: "Doppelt", refused: "Abgewiesen", gap: "Gemeldete Lücke", sum: "Summenprobe", frames: "Pakete", repeated: "{n} kamen noch einmal", missing: "{n} kamen nie", balanced: "geht auf", uneven: "{n} zu viel", short: "{n} zu wenig",
    none: "Es wurde noch nie etwas gesendet", noneHint: "Sobald eine Verbindung gelesen wird, steht hier, was aus ihren Messwerten wurde.",
    rule: "Erwartet = gespeichert + doppelt + abgewiesen + gemeldete Lücke", holds: "gilt überall", holdsNot: "gilt nicht für {sources}",
    transport: "Transport über NATS", direct: "Was hier erfasst wird, speichert dieser Prozess selbst", directHint: "Mit „serve --nats“ geht es über einen Strom an Ingest-Worker auf anderen Maschinen; dann stehen sie hier.",
    fault: "Der Transport ist nicht zu sehen", waiting: "Wartet im Strom", waitingOf: "{bytes} von {most}, Nachrichten: {n}", copies: "Aufbewahrt von", copiesOf: "{n} von {all} Servern, geführt von {leader}", noLeader: "kein Server führt den Strom: gerade geht nichts darüber", startMissing: "starten Sie den fehlenden NATS-Server: er holt von selbst auf", onDisk: "Nachrichten, die auf dieser Maschine warten", again: "Noch einmal gesendete Nachrichten", orphans: "Von niemandem gespeichert", noOrphans: "kein Teil des Werks", shards: "Teile {list}",
    workers: "Ingest-Worker", worker: "Worker", state: "Zustand", alive: "arbeitet", gone: "nicht mehr da", since: "Seit", share: "Teile von 16", samples: "Gespeicherte Messwerte", redelivered: "Erneut ausgegeben", noWorkers: "Noch nie hat ein Ingest-Worker etwas gespeichert", noWorkersHint: "Starten Sie einen: dovetail ingest",
  },
});
