// The name of the analysis of losses in the navigation.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Losses" }, de: { nav: "Verluste" } });
