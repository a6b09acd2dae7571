// What the timeline shows, as a table: the same segments, the same names, and the keys for those who compute with them.
import type { Equipment } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import type { Table } from "@/giving/table";
import { useMarks, useSegmentName } from "@/screens/timeline/described";
import { words } from "@/screens/timeline/words";
import { inView, MARK, type Picture } from "@/segments/columns";
import { useReasonName } from "@/states/names";
import type { View } from "@/timeline/keys";
import { useWords } from "@/words/words";

export function useSegmentTable(here: Equipment): (picture: Picture, view: View) => Table {
  const say = useWords(words);
  const { map } = useEquipment();
  const nameOf = useSegmentName();
  const marksOf = useMarks();
  const reasonName = useReasonName();
  return (picture, view) => ({
    name: `${say("openTimeline")} ${here.name}`,
    head: [say("machine"), "path", say("from"), say("to"), `${say("duration")} (s)`, say("stateColumn"), "state", say("reasonColumn"), "reason", say("marks"), "records"],
    rows: picture.lanes.flatMap((lane) => inView(picture, lane, view).map((one) => {
      const unit = map.byId(one.equipmentId);
      const end = one.marks & MARK.open ? null : new Date(one.t1).toISOString();
      return [unit?.name ?? "", unit?.path ?? "", new Date(one.t0).toISOString(), end, Math.round(one.t1 - one.t0) / 1000, nameOf(one), one.state, one.n === 1 ? reasonName(one.reason) : null, one.n === 1 ? one.reason : null, marksOf(one).join("; "), one.n];
    })),
  });
}
