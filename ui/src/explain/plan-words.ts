// The words of a plan and of what became of it.
import { defineWords } from "@/words/words";

export const planWords = defineWords({
  en: {
    planned: "Planned pieces", formula: "Σ planned minutes × standard rate", whose: "Calendar and rates are those of {unit}.", times: "{minutes} min planned × {rate} /min", notPlanned: "not planned for production", noRate: "{minutes} min planned, without a rate", ahead: "still to come",
    soFar: "Up to {time}", good: "Good pieces", due: "Due", dueHint: "Planned pieces of the time of which it is known what was done.", difference: "Difference", differenceHint: "Good pieces less those that were due.", projected: "Expected at shift end", projectedPlan: "{good} + {known} × {rest} ÷ {due}: good pieces, and of the {rest} still planned the same share as of the {due} due so far",
  },
  de: {
    planned: "Geplante Stücke", formula: "Σ geplante Minuten × Standardtakt", whose: "Kalender und Takte sind die von {unit}.", times: "{minutes} min geplant × {rate} /min", notPlanned: "nicht zur Produktion geplant", noRate: "{minutes} min geplant, ohne Takt", ahead: "liegt noch vor uns",
    soFar: "Bis {time}", good: "Gutstücke", due: "Fällig", dueHint: "Geplante Stücke der Zeit, von der bekannt ist, was geschah.", difference: "Abweichung", differenceHint: "Gutstücke abzüglich der fälligen.", projected: "Erwartet zum Schichtende", projectedPlan: "{good} + {known} × {rest} ÷ {due}: die Gutstücke, und von den noch geplanten {rest} derselbe Anteil wie von den bisher fälligen {due}",
  },
});
