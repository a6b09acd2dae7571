// The words of the page of stops.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Stops" }, de: { nav: "Stopps" } });

export const words = defineWords({
  en: { title: "Stops: {name}" },
  de: { title: "Stopps: {name}" },
});
