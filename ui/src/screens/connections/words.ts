// The words of the connections page.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Connections" }, de: { nav: "Verbindungen" } });

export const words = defineWords({
  en: {
    title: "Connections", up: "Up", down: "Down", since: "since {moment}", name: "Connection", state: "State", endpoint: "Endpoint", goodThrough: "Values good through", clock: "Clock offset", rate: "Samples/s", trouble: "Troubles", rtt: "Answer time", lag: "Lag", badRatio: "{share} bad", reads: "{n} reads/s", most: "99 %: {time}", settling: "Settling", demoted: "Set back, silent", demotions: "{n} times set back",
    insecure: "Not encrypted", insecureHint: "This link runs without security (policy None). Anyone on the network can read and change its values. Set a security policy and a certificate in the plant code.",
    clockHint: "The controller's clock differs from ours by more than a second. Set it by NTP; until then its times are corrected only where the plant code says so.", inStep: "in step", behind: "{time} behind", ahead: "{time} ahead",
    none: "No connections yet", add: "Add a connection", find: "Find devices", noneHint: "Connect the first device here: choose what it speaks, try it, say what its signals mean. Or write it under connections: in the plant code.", noneHintOther: "Whoever may change the plant can add one here.", summary: "{up} of {all} up", reconnects: "{n} reconnects", overruns: "{n} overruns", lost: "{n} lost samples", bad: "{n} bad points", never: "never", for: "for {time}",
  },
  de: {
    title: "Verbindungen", up: "Steht", down: "Unterbrochen", since: "seit {moment}", name: "Verbindung", state: "Zustand", endpoint: "Endpunkt", goodThrough: "Werte gültig bis", clock: "Uhrversatz", rate: "Messwerte/s", trouble: "Störungen", rtt: "Antwortzeit", lag: "Verzug", badRatio: "{share} schlecht", reads: "{n} Lesungen/s", most: "99 %: {time}", settling: "Beruhigt sich", demoted: "Zurückgestellt, schweigt", demotions: "{n}-mal zurückgestellt",
    insecure: "Unverschlüsselt", insecureHint: "Diese Verbindung läuft ohne Sicherheit (Policy None). Jeder im Netz kann ihre Werte lesen und ändern. Setzen Sie im Werkscode eine Sicherheitsrichtlinie und ein Zertifikat.",
    clockHint: "Die Uhr der Steuerung weicht um mehr als eine Sekunde ab. Stellen Sie sie über NTP; bis dahin werden ihre Zeiten nur berichtigt, wo der Werkscode es sagt.", inStep: "im Takt", behind: "{time} nach", ahead: "{time} vor",
    none: "Noch keine Verbindungen", add: "Verbindung hinzufügen", find: "Geräte finden", noneHint: "Verbinden Sie hier das erste Gerät: Sprache wählen, prüfen, sagen, was seine Signale bedeuten. Oder schreiben Sie es im Werkscode unter connections:.", noneHintOther: "Wer das Werk ändern darf, kann hier eine hinzufügen.", summary: "{up} von {all} stehen", reconnects: "{n} Neuverbindungen", overruns: "{n} Überläufe", lost: "{n} verlorene Messwerte", bad: "{n} schlechte Punkte", never: "nie", for: "seit {time}",
  },
});
