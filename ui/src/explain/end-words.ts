// The words of the steps under the expected end of a job.
import { defineWords } from "@/words/words";

export const endWords = defineWords({
  en: { "job-end": "Expected ends", earliest: "One of ten is done by", expected: "Half are done by", latest: "Nine of ten are done by", needed: "Planned time needed", stretch: "Stretch {n} of {of}", span: "Planned" },
  de: { "job-end": "Erwartete Enden", earliest: "Einer von zehn fertig bis", expected: "Die Hälfte fertig bis", latest: "Neun von zehn fertig bis", needed: "Nötige geplante Zeit", stretch: "Strecke {n} von {of}", span: "Geplant" },
});
