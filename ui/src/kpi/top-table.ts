// What stands at the top of a line as a table: the shift's figures, its pace, and when each job that runs will be done.
import type { Equipment, JobPace, Kpis, LiveKpi } from "@/api/types";
import type { Cell, Table } from "@/giving/table";
import { useProductName } from "@/jobs/jobs";
import { nameOfKpi } from "@/kpi/kpi-text";
import { paceWords } from "@/kpi/pace-words";
import { waitWords, words } from "@/kpi/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SHOWN = ["oee_index", "availability", "effectiveness", "quality_ratio"];

/** `live` undefined: no shift runs, or nothing can be told of its pace. */
export function useTopTable(): (here: Equipment, kpis: Kpis, live: LiveKpi | undefined) => Table {
  const say = useWords(words);
  const sayPace = useWords(paceWords);
  const sayHead = useWords(waitWords);
  const language = useLanguage();
  const productName = useProductName();
  const ends = (job: JobPace): Cell[][] => {
    const name = sayPace("jobEnd", { name: [job.job_order, productName(job.product)].filter(Boolean).join(" · ") });
    return (["expected_end", "earliest", "latest", "made", "quantity"] as const).map((key) => [name, `${job.job_response_id}/${key}`, job[key], key === "made" || key === "quantity" ? "{#}" : ""]);
  };
  return (here, kpis, live) => ({
    name: here.name,
    head: [sayHead("kpi"), "key", sayHead("value"), say("unit")],
    rows: [
      ...SHOWN.flatMap((id) => kpis.kpis.filter((one) => one.id === id)).map((one): Cell[] => [nameOfKpi(one, language), one.id, one.value, one.unit]),
      ...(["good", "scrap"] as const).map((kind): Cell[] => [say(kind), kind, kpis.counts[kind], "{#}"]),
      [say("coverage", { share: "" }).trim(), "coverage", kpis.coverage, "1"],
      ...(live?.shift && live.kpis.length > 0 ? [[sayPace("due"), "due", live.pace.due, "{#}"], [sayPace("gap"), "difference", live.pace.difference, "{#}"], [sayPace("projected"), "projected", live.pace.projected, "{#}"], ...live.jobs.flatMap(ends)] as Cell[][] : []),
    ],
  });
}
