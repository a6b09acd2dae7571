// The words of looking for devices.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Find devices", back: "All connections", why: "Dovetail asks the addresses that you name who they are, and no others. Ask whoever looks after the network first: a watchful firewall takes any such look for an attack.",
    where: "Where to look", ranges: "Addresses", rangesHint: "One a line: 10.1.2.0/28, 10.1.2.5-10.1.2.20 or 10.1.2.7", units: "Modbus units", unitsHint: "such as 1-8 or 1,17", how: "In which ways, and at which ports", ports: "Ports of {way}", portsWrong: "Numbers from 1 to 65535", gentle: "Gently: one connection at a time to each host, twenty a second in all. Who refuses is left alone.",
    agree: "Yes, so many addresses, or public ones, are meant: {what}", find: "Find devices", end: "End the search", running: "Hosts asked: {asked} of {hosts}", done: "Done. Hosts asked: {asked}, connections: {connections}", ended: "Ended. Hosts asked: {asked} of {hosts}, connections: {connections}", failed: "The search broke off. The log of the server says why.", by: "Asked for by {name}, at {ranges}", unasked: "Hosts that were not asked, for the time was over or the search was ended: {n}",
    found: "Found", nothing: "Nobody answered", nothingHint: "Is the device in this range, at these ports? What is behind a router that does not let us through, on a serial line, or only speaks TLS is not found.", nothingYet: "Nothing yet", first: "Nothing was looked for yet",
    speaks: "{driver} at {host}, port {port}", connect: "Connect this", connectName: "Connect this: {name}", missing: "Still missing: {what}",
    strangers: "Somebody listens, but there is no driver for it here", stranger: "{host}, port {port}: it does not speak {tried}", left: "Left alone",
  },
  de: {
    title: "Geräte finden", back: "Alle Verbindungen", why: "Dovetail fragt die Adressen, die Sie nennen, wer sie sind, und sonst keine. Fragen Sie vorher, wer das Netz betreut: Eine wachsame Firewall hält jedes solche Umsehen für einen Angriff.",
    where: "Wo gesucht wird", ranges: "Adressen", rangesHint: "Eine je Zeile: 10.1.2.0/28, 10.1.2.5-10.1.2.20 oder 10.1.2.7", units: "Modbus-Teilnehmer", unitsHint: "etwa 1-8 oder 1,17", how: "Auf welchen Wegen, an welchen Ports", ports: "Ports von {way}", portsWrong: "Zahlen von 1 bis 65535", gentle: "Behutsam: je Rechner eine Verbindung auf einmal, zwanzig je Sekunde insgesamt. Wer ablehnt, wird in Ruhe gelassen.",
    agree: "Ja, so viele oder öffentliche Adressen sind gemeint: {what}", find: "Suche beginnen", end: "Suche beenden", running: "Gefragte Rechner: {asked} von {hosts}", done: "Fertig. Gefragte Rechner: {asked}, Verbindungen: {connections}", ended: "Beendet. Gefragte Rechner: {asked} von {hosts}, Verbindungen: {connections}", failed: "Die Suche brach ab. Das Protokoll des Servers sagt, warum.", by: "Gefragt hat {name}, bei {ranges}", unasked: "Nicht gefragte Rechner, weil die Zeit um war oder die Suche beendet wurde: {n}",
    found: "Gefunden", nothing: "Niemand hat geantwortet", nothingHint: "Ist das Gerät in diesem Bereich, an diesen Ports? Was hinter einem Router steht, der uns nicht durchlässt, an einer seriellen Leitung hängt oder nur TLS spricht, wird nicht gefunden.", nothingYet: "Noch nichts", first: "Noch wurde nichts gesucht",
    speaks: "{driver} an {host}, Port {port}", connect: "Dieses verbinden", connectName: "Dieses verbinden: {name}", missing: "Es fehlt noch: {what}",
    strangers: "Hier hört jemand zu, aber dafür gibt es keinen Treiber", stranger: "{host}, Port {port}: spricht nicht {tried}", left: "In Ruhe gelassen",
  },
});
