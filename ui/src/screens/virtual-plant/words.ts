// The words of the virtual plant.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Virtual plant" }, de: { nav: "Virtuelles Werk" } });

export const words = defineWords({
  en: {
    title: "Virtual plant", intro: "These machines are simulated and speak real protocols. What you do here happens on the machine; the screens learn it from the signals.", jam: "Jam", free: "Free", jamOf: "Jam {name}", freeOf: "Free {name}", unplug: "Pull cable", plug: "Plug in", unplugOf: "Pull cable of {name}", plugOf: "Plug in {name}", jammed: "Jammed", cause: "Cause",
    buffer: "Buffer", bufferOf: "Buffer before {name}", pieces: "{n} pieces", speed: "Speed", lapse: "{n} × time-lapse", notDemo: "There is no virtual plant here", notDemoHint: "It exists only in the demo (make demo).", watch: "Watch it live", noneSeen: "No machine of the virtual plant is in your sight",
  },
  de: {
    title: "Virtuelles Werk", intro: "Diese Maschinen sind simuliert und sprechen echte Protokolle. Was Sie hier tun, geschieht an der Maschine; die Seiten erfahren es aus den Signalen.", jam: "Verklemmen", free: "Freigeben", jamOf: "{name} verklemmen", freeOf: "{name} freigeben", unplug: "Kabel ziehen", plug: "Kabel stecken", unplugOf: "Kabel ziehen: {name}", plugOf: "Kabel stecken: {name}", jammed: "Verklemmt", cause: "Ursache",
    buffer: "Puffer", bufferOf: "Puffer vor {name}", pieces: "{n} Stück", speed: "Tempo", lapse: "{n}-fache Zeit", notDemo: "Hier gibt es kein virtuelles Werk", notDemoHint: "Es existiert nur in der Demo (make demo).", watch: "Live ansehen", noneSeen: "Keine Maschine des virtuellen Werks ist in Ihrer Sicht",
  },
});

export const causeWords = defineWords({
  en: { jam: "Jam", misfeed: "Misfeed", sensor: "Sensor", motor: "Motor", valve: "Filling valve", "no-material": "No material", cleaning: "Cleaning", changeover: "Changeover" },
  de: { jam: "Stau", misfeed: "Fehlzuführung", sensor: "Sensor", motor: "Motor", valve: "Füllventil", "no-material": "Kein Material", cleaning: "Reinigung", changeover: "Umrüsten" },
});
