// Answering a stop: its reason and comment as one entry of the outbox, with the version that the person saw.
import { useCallback } from "react";
import type { Stop, TimelineEdit } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import type { Command, Outcome } from "@/outbox/outbox";
import { useDo } from "@/outbox/said";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useReasonName } from "@/states/names";

/** What is said; a part that is left out stays as it is, null takes it away. To acknowledge is to say that all of it is right. */
export interface Answer { reason?: string | null; comment?: string | null; what?: "acknowledge" }

/** `at`: where it is answered; whoever stands at the machine is not led away from it. */
export function useAnswer(at: "desk" | "station" = "desk"): (stops: readonly Stop[], answer: Answer) => Promise<Outcome[]> {
  const { map } = useEquipment();
  const reader = useReader();
  const reasonName = useReasonName();
  const send = useDo();
  return useCallback((stops, answer) => {
    const commands = stops.map((stop): Command => ({
      path: `/equipment/${stop.equipment_id}/timeline-edits`,
      body: { start: stop.start, end: stop.end, seen: stop.version, ...answer },
      label: answer.what ?? (answer.reason === undefined ? "comment" : "reason"),
      values: { machine: map.byId(stop.equipment_id)?.name ?? "", time: formatMoment(Date.parse(stop.start), "time", reader), reason: reasonName(answer.reason) ?? "–" },
      ...(at === "desk" && answer.reason !== undefined ? { moves: map.byId(stop.equipment_id)?.path ?? "" } : {}),
    }));
    return send(...commands);
  }, [at, map, reader, reasonName, send]);
}

/** What gave way, or was taken back, is said again after all. */
export function useSayAgain(): (stop: Stop, edit: TimelineEdit) => void {
  const { map } = useEquipment();
  const reader = useReader();
  const answer = useAnswer();
  const send = useDo();
  return useCallback((stop, edit) => {
    const { reason, comment } = edit;
    const words = { ...(reason === null ? {} : { reason }), ...(comment === null ? {} : { comment }) };
    if (edit.what !== "split") return void answer([stop], words);
    const values = { machine: map.byId(stop.equipment_id)?.name ?? "", time: formatMoment(Date.parse(edit.start), "time", reader) };
    void send({ path: `/equipment/${stop.equipment_id}/timeline-edits/split`, body: { at: edit.start, seen: stop.version, ...words }, label: "split", values });
  }, [map, reader, answer, send]);
}

/** What somebody said no longer holds; what stood before it stands again. */
export function useTakeBack(): (stop: Stop, edit: TimelineEdit) => void {
  const { map } = useEquipment();
  const reader = useReader();
  const reasonName = useReasonName();
  const send = useDo();
  return useCallback((stop, edit) => {
    const said = [map.byId(stop.equipment_id)?.name, formatMoment(Date.parse(stop.start), "time", reader), reasonName(edit.reason) ?? edit.comment];
    void send({ path: `/equipment/${stop.equipment_id}/timeline-edits/withdraw`, body: { edit_ids: [edit.edit_id] }, label: "undo", values: { what: said.filter(Boolean).join(", ") }, undo: "none" });
  }, [map, reader, reasonName, send]);
}
