// The words of figures: names, losses, what stands beside them.
import { defineWords } from "@/words/words";

export const kpiWords = defineWords({
  en: { oee_index: "OEE", availability: "Availability", effectiveness: "Performance", quality_ratio: "Quality", teep: "TEEP", nee_index: "NEE",
    allocation_ratio: "Allocation ratio", throughput_rate: "Throughput rate", allocation_efficiency: "Allocation efficiency", utilization_efficiency: "Utilization efficiency", setup_ratio: "Set-up ratio", technical_efficiency: "Technical efficiency", production_process_ratio: "Production process ratio", first_pass_yield: "First pass yield", scrap_ratio: "Scrap ratio", rework_ratio: "Rework ratio", mtbf: "Mean operating time between failures", mttf: "Mean time to failure", mttr: "Mean time to restoration", short_stop_count: "Short stops", short_stop_time: "Mean short stop", cycle_time: "Mean cycle time", oee_units: "OEE by units", teep_units: "TEEP by units", nee_units: "NEE by units",
    worker_efficiency: "Worker efficiency", actual_to_planned_scrap_ratio: "Actual to planned scrap ratio", fall_off_ratio: "Fall-off ratio", machine_capability: "Machine capability Cm", critical_machine_capability: "Critical machine capability Cmk", process_capability: "Process capability Cp", critical_process_capability: "Critical process capability Cpk", energy_consumption: "Comprehensive energy consumption", inventory_turns: "Inventory turns", finished_goods_ratio: "Finished goods ratio", integrated_goods_ratio: "Integrated goods ratio", production_loss_ratio: "Production loss ratio", storage_and_transportation_loss_ratio: "Storage and transportation loss ratio", other_loss_ratio: "Other loss ratio", equipment_load_ratio: "Equipment load ratio", corrective_maintenance_ratio: "Corrective maintenance ratio" },
  de: { oee_index: "OEE", availability: "Verfügbarkeit", effectiveness: "Leistung", quality_ratio: "Qualität", teep: "TEEP", nee_index: "NEE",
    allocation_ratio: "Belegungsgrad", throughput_rate: "Durchsatz", allocation_efficiency: "Belegnutzgrad", utilization_efficiency: "Nutzgrad", setup_ratio: "Rüstgrad", technical_efficiency: "Technischer Nutzgrad", production_process_ratio: "Prozessgrad", first_pass_yield: "Gut im ersten Durchlauf", scrap_ratio: "Ausschussquote", rework_ratio: "Nacharbeitsquote", mtbf: "Mittlere Betriebszeit zwischen Ausfällen", mttf: "Mittlere Zeit bis zum Ausfall", mttr: "Mittlere Wiederherstellungszeit", short_stop_count: "Kurzstopps", short_stop_time: "Mittlerer Kurzstopp", cycle_time: "Mittlere Zykluszeit", oee_units: "OEE nach Stück", teep_units: "TEEP nach Stück", nee_units: "NEE nach Stück",
    worker_efficiency: "Mitarbeiterproduktivität", actual_to_planned_scrap_ratio: "Ausschuss zu geplantem Ausschuss", fall_off_ratio: "Fall-off-Rate", machine_capability: "Maschinenfähigkeit Cm", critical_machine_capability: "Kritische Maschinenfähigkeit Cmk", process_capability: "Prozessfähigkeit Cp", critical_process_capability: "Kritische Prozessfähigkeit Cpk", energy_consumption: "Energieverbrauch gesamt", inventory_turns: "Lagerumschlag", finished_goods_ratio: "Fertigwarenquote", integrated_goods_ratio: "Quote integrierter Waren", production_loss_ratio: "Produktionsverlustquote", storage_and_transportation_loss_ratio: "Lager- und Transportverlustquote", other_loss_ratio: "Sonstige Verlustquote", equipment_load_ratio: "Anlagenauslastung", corrective_maintenance_ratio: "Anteil Instandsetzung" },
});

export const words = defineWords({
  en: {
    waterfall: "Where the time went", loss: "Loss", time: "Time", share: "Share", piecesLost: "Pieces", unit: "Unit", aim: "Target", standard: "Standard",
    explainIt: "Explain", coverage: "Data {share}", coverageHint: "Share of the planned time with data. Ratios count observed time only.", bounds: "between {low} and {high}",
    good: "Good", scrap: "Scrap", rework: "Rework", infeed: "Infeed", pieces: "{n} pcs", noValue: "No value: nothing to divide by yet.",
    untold: "No counter is assigned, and nobody entered any.", untoldFigure: "No value: no counter is assigned.", untoldScrap: "No counter of scrap is assigned: only scrap that people enter lowers this figure.", noCounterShort: "No counter is assigned.", noCounter: "Nothing counts the pieces of {name}: no counter is assigned. Without one, performance, quality and OEE stay unknown.", assign: "Assign a counter",
    shiftSpan: "{name}, {start} to {end}", noShift: "No shift is planned now", since: "Since {start}",
    noConstraint: "The line shows no figures", noConstraintHint: "Name the unit that sets the pace as the line's constraint in the plant code.",
  },
  de: {
    waterfall: "Wohin die Zeit ging", loss: "Verlust", time: "Zeit", share: "Anteil", piecesLost: "Stück", unit: "Einheit", aim: "Ziel", standard: "Norm",
    explainIt: "Erklären", coverage: "Daten {share}", coverageHint: "Anteil der geplanten Zeit mit Daten. Verhältnisse zählen nur beobachtete Zeit.", bounds: "zwischen {low} und {high}",
    good: "Gut", scrap: "Ausschuss", rework: "Nacharbeit", infeed: "Einlauf", pieces: "{n} Stück", noValue: "Kein Wert: Es gibt noch nichts, wodurch zu teilen wäre.",
    untold: "Kein Zähler ist zugeordnet, und niemand hat Stück eingegeben.", untoldFigure: "Kein Wert: Es ist kein Zähler zugeordnet.", untoldScrap: "Kein Ausschusszähler ist zugeordnet: Nur eingegebener Ausschuss senkt diese Kennzahl.", noCounterShort: "Kein Zähler ist zugeordnet.", noCounter: "Nichts zählt die Stücke von {name}: Es ist kein Zähler zugeordnet. Ohne ihn bleiben Leistung, Qualität und OEE unbekannt.", assign: "Zähler zuordnen",
    shiftSpan: "{name}, {start} bis {end}", noShift: "Jetzt ist keine Schicht geplant", since: "Seit {start}",
    noConstraint: "Die Linie zeigt keine Kennzahlen", noConstraintHint: "Nennen Sie im Werkscode die taktgebende Einheit als Engpass (constraint) der Linie.",
  },
});

export const lossWords = defineWords({
  en: { elapsed: "Elapsed time", not_planned: "Not planned", planned_down: "Planned downtime", no_data: "No data", setup: "Set-up", delay: "Delay", delay_external: "Starved or blocked", down: "Down without a job", speed: "Reduced speed", quality: "Scrap and rework", production: "Production time", effective: "Effective time" },
  de: { elapsed: "Verstrichene Zeit", not_planned: "Nicht geplant", planned_down: "Geplanter Stillstand", no_data: "Keine Daten", setup: "Rüsten", delay: "Störung", delay_external: "Mangel oder Stau", down: "Stillstand ohne Auftrag", speed: "Tempoverlust", quality: "Ausschuss, Nacharbeit", production: "Produktionszeit", effective: "Wertschöpfende Zeit" },
});

export const waitWords = defineWords({
  en: { kpi: "KPI", value: "Value", formula: "Formula", convention: "Convention", waitsFor: "waits for {part}", labor: "hours of people", orders: "planned scrap of orders", routings: "routings", quality: "measurements", energy: "energy", inventory: "stock", materials: "consumed material", equipment: "rated capacity", maintenance: "maintenance orders" },
  de: { kpi: "Kennzahl", value: "Wert", formula: "Formel", convention: "Konvention", waitsFor: "wartet auf {part}", labor: "Arbeitszeiten", orders: "geplanten Ausschuss der Aufträge", routings: "Arbeitspläne", quality: "Messwerte", energy: "Energie", inventory: "Bestände", materials: "verbrauchtes Material", equipment: "Nennkapazität", maintenance: "Instandhaltungsaufträge" },
});

/** Why a figure has no value. */
export const whyWords = defineWords({
  en: { uncounted: "No counter is assigned.", "not-planned": "No time of it was planned.", "no-data": "Nothing is known of the planned time.", "no-order": "No order ran.", "no-failure": "It did not fail.", "no-short-stop": "There was no short stop.", "no-run": "It did not produce.", "no-rate": "What it produced has no standard rate.", "part-without-rate": "A part of the time has no standard rate, so pieces cannot be held against it.", "taken-back": "More pieces were taken back than were made.", "nothing-made": "Nothing was made.", "nothing-to-divide": "What it is divided by is 0." },
  de: { uncounted: "Es ist kein Zähler zugeordnet.", "not-planned": "Nichts davon war geplante Zeit.", "no-data": "Über die geplante Zeit ist nichts bekannt.", "no-order": "Es lief kein Auftrag.", "no-failure": "Es gab keinen Ausfall.", "no-short-stop": "Es gab keinen Kurzstopp.", "no-run": "Es wurde nicht produziert.", "no-rate": "Was produziert wurde, hat keinen Standardtakt.", "part-without-rate": "Ein Teil der Zeit hat keinen Standardtakt; Stücke lassen sich nicht daran messen.", "taken-back": "Es wurden mehr Stücke zurückgenommen als gemacht.", "nothing-made": "Es wurde nichts gemacht.", "nothing-to-divide": "Der Teiler ist 0." },
});

export const targetWords = defineWords({
  en: { target: "target {value}", of: "Target of {of}", met: "met", missed: "missed", unknown: "no value" },
  de: { target: "Ziel {value}", of: "Ziel von {of}", met: "erreicht", missed: "verfehlt", unknown: "kein Wert" },
});

export const bigLossWords = defineWords({
  en: { title: "Six big losses", breakdowns: "Breakdowns", setup: "Set-up and adjustment", short_stops: "Idling and short stops", reduced_speed: "Reduced speed", defects: "Process defects", startup: "Start-up losses", external: "Waiting from outside", other: "Other stops", no_data: "No data", production: "Production time", effective: "Effective time" },
  de: { title: "Sechs große Verluste", breakdowns: "Ausfälle", setup: "Rüsten und Einstellen", short_stops: "Leerlauf und Kurzstopps", reduced_speed: "Verringertes Tempo", defects: "Prozessfehler", startup: "Anlaufverluste", external: "Warten auf andere", other: "Andere Stopps", no_data: "Keine Daten", production: "Produktionszeit", effective: "Wertschöpfende Zeit" },
});
