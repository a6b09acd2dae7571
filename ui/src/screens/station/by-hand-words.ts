// The words of a machine that has no signals: people say what it does.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { press: "Touch to say what it does", title: "{name}, from now on", why: "Why does {name} stand?", later: "Stopped, the reason later", back: "Another state" },
  de: { press: "Antippen: Was tut sie?", title: "{name}, ab jetzt", why: "Warum steht {name}?", later: "Gestoppt, Grund später", back: "Anderer Zustand" },
});
