// The words of the page about the installation's health.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Installation" }, de: { nav: "Installation" } });

export const words = defineWords({
  en: {
    help: "What Dovetail has looked at on its own machine, and for everything that is not in order who can mend it and how. The same is said by “dovetail doctor”.",
    findings: "Findings", disk: "Disk of the data folder", hardening: "Also what an attacker would look for", onlyTrouble: "Only what is not in order",
    subject: "Subject", verdict: "State", says: "What was found", who: "Who can mend it", how: "How",
    allWell: "Everything is in order", allWellHint: "{n} things were looked at.",
    free: "Free", freeOf: "{free} of {total}", lasts: "Lasts for", days: "{n} days at the present rate", years: "more than ten years at the present rate", daysUnknown: "not known before three days of samples", reserve: "Reserve for a full disk", kept: "kept", letGo: "let go: make room, and it is made anew",
    summary: "{ill} not in order, {look} to look at, {well} in order",
  },
  de: {
    help: "Was Dovetail an seiner eigenen Maschine geprüft hat, und bei allem, was nicht in Ordnung ist, wer es wie beheben kann. Dasselbe sagt „dovetail doctor“.",
    findings: "Befunde", disk: "Festplatte des Datenordners", hardening: "Auch das, wonach ein Angreifer suchen würde", onlyTrouble: "Nur was nicht in Ordnung ist",
    subject: "Gegenstand", verdict: "Zustand", says: "Befund", who: "Wer es beheben kann", how: "Wie",
    allWell: "Alles ist in Ordnung", allWellHint: "{n} Dinge wurden geprüft.",
    free: "Frei", freeOf: "{free} von {total}", lasts: "Reicht für", days: "{n} Tage bei der jetzigen Rate", years: "mehr als zehn Jahre bei der jetzigen Rate", daysUnknown: "nicht bekannt, bevor es Messwerte von drei Tagen gibt", reserve: "Reserve für eine volle Festplatte", kept: "vorhanden", letGo: "freigegeben: Schaffen Sie Platz, dann wird sie neu angelegt",
    summary: "{ill} nicht in Ordnung, {look} zum Hinsehen, {well} in Ordnung",
  },
});

/** What a finding is about, by its id. */
export const subjects = defineWords({
  en: {
    server: "Server", connections: "Connections", transport: "Transport", spool: "What waits on disk", forwarding: "Copies elsewhere", filesystem: "File system", fsync: "Speed of the disk", space: "Free space", ballast: "Reserve", permissions: "File permissions",
    sqlite: "SQLite", records: "Records", samples: "Samples", rollups: "Sums by hour", damage: "Damage", search: "Search for damage", consumers: "Readers of samples", ledger: "Ledger", retention: "Retention", backups: "Backups", proof: "Proof of backups", restore: "Restore", upgrade: "Upgrade", clock: "Clock", door: "Address", tls: "Certificate", versions: "Versions",
    "hardening.set-up": "Set-up", "hardening.root": "User of the service", "hardening.tls-key": "TLS key", "hardening.password": "Database password", "hardening.proxy": "Proxy", "hardening.files": "Files",
  },
  de: {
    server: "Server", connections: "Verbindungen", transport: "Transport", spool: "Was auf der Festplatte wartet", forwarding: "Kopien anderswo", filesystem: "Dateisystem", fsync: "Tempo der Festplatte", space: "Freier Platz", ballast: "Reserve", permissions: "Dateirechte",
    sqlite: "SQLite", records: "Aufzeichnungen", samples: "Messwerte", rollups: "Summen je Stunde", damage: "Schäden", search: "Suche nach Schäden", consumers: "Leser der Messwerte", ledger: "Zeitbuch", retention: "Aufbewahrung", backups: "Sicherungen", proof: "Probe der Sicherungen", restore: "Wiederherstellung", upgrade: "Aktualisierung", clock: "Uhr", door: "Adresse", tls: "Zertifikat", versions: "Versionen",
    "hardening.set-up": "Einrichtung", "hardening.root": "Benutzer des Dienstes", "hardening.tls-key": "TLS-Schlüssel", "hardening.password": "Datenbankpasswort", "hardening.proxy": "Proxy", "hardening.files": "Dateien",
  },
});
