// What stands where the chosen period does not exist: no shift runs now, or the range has no length.
import { Empty, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import type { Period } from "@/view/period";
import { words } from "@/view/words";
import { useWords } from "@/words/words";

export function NoWindow({ period }: { period: Period }) {
  const say = useWords(words);
  if (period.isPending) return <Waiting lines={5} height={40} />;
  const title = period.name === "shift" ? "noShift" : period.name === "last-shift" ? "noLastShift" : "badRange";
  return <Panel><Empty icon="clock" title={say(title)} hint={say("noShiftHint")} /></Panel>;
}
