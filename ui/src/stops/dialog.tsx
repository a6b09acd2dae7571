// One stop opened: what stood and how long, the reasons to touch, a comment, and everything that was ever said of it.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { timelineEditsQuery } from "@/api/queries";
import type { Stop, TimelineEdit } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Dialog } from "@/design/dialog";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting } from "@/design/notice";
import { useKnownMs } from "@/live/live";
import { formatDuration, formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { Lock } from "@/signing/lock";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { type Answer, useAnswer, useSayAgain, useTakeBack } from "@/stops/answer";
import css from "@/stops/dialog.module.css";
import { ReasonPicker } from "@/stops/picker";
import { lastsMs } from "@/stops/stops";
import { words } from "@/stops/words";
import { useWords } from "@/words/words";

const COMMENT_MAX = 2_000;

function Head({ stop, onClose }: { stop: Stop; onClose: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const stateName = useStateName();
  const reasonName = useReasonName();
  const { map } = useEquipment();
  const nowMs = useKnownMs();
  const look = lookOf(stop);
  const [start, end] = [stop.start, stop.end].map((at) => at && formatMoment(Date.parse(at), "second", reader));
  return (
    <header className={css.head} data-tone={look.tone}>
      <StateSign sign={look.sign} tone={look.tone} size={34} />
      <div className={css.headWords}>
        <h2>{say("whyOf", { machine: map.byId(stop.equipment_id)?.name ?? "", time: `${start} – ${end ?? say("still")}` })}</h2>
        <span>{[formatDuration(Math.floor(lastsMs(stop, nowMs) / 1000) * 1e6, reader.language), stateName(look.word), say("now", { reason: reasonName(stop.reason) ?? "–" }), stop.edited_by && say("edited", { name: stop.edited_by })].filter(Boolean).join(" · ")}</span>
        <Lock equipmentId={stop.equipment_id} fromMs={Date.parse(stop.start)} toMs={Date.parse(stop.start) + lastsMs(stop, nowMs)} />
        {stop.evidence_changed && <span className={css.changed}><Icon name="info" size={16} />{say("evidenceChanged")}</span>}
      </div>
      <button type="button" className={css.close} onClick={onClose} aria-label={say("close")} data-testid="stop-close"><Icon name="close" size={28} /></button>
    </header>
  );
}

function Edit({ edit, onTakeBack, onUse }: { edit: TimelineEdit; onTakeBack: () => void; onUse: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const reasonName = useReasonName();
  const gone = edit.withdrawn ? say("withdrawn") : edit.superseded_by !== null ? say("superseded") : null;
  return (
    <li className={css.edit} data-gone={gone !== null} data-testid="edit">
      <span>{[edit.reason !== null && say("saidReason", { reason: reasonName(edit.reason) ?? "–" }), edit.comment && say("saidComment", { comment: edit.comment }), edit.what === "split" && say("saidSplit"), edit.what === "acknowledge" && say("saidRight")].filter(Boolean).join(" · ") || "–"}</span>
      <span className="quiet">{[edit.by, formatMoment(Date.parse(edit.at), "full", reader), gone].filter(Boolean).join(" · ")}</span>
      {!edit.withdrawn && <button type="button" className={css.takeBack} onClick={onTakeBack} data-testid="edit-take-back">{say("takeBack")}</button>}
      {edit.withdrawn && edit.state === null && edit.what !== "acknowledge" && <button type="button" className={css.takeBack} onClick={onUse} data-testid="edit-use">{say("useAfterAll")}</button>}
    </li>
  );
}

export function EditHistory({ stop, onDone }: { stop: Stop; onDone: () => void }) {
  const say = useWords(words);
  const takeBack = useTakeBack();
  const sayAgain = useSayAgain();
  const span = { start: stop.start, end: stop.end ?? new Date(Date.parse(stop.start) + lastsMs(stop, Date.now()) + 1000).toISOString() };
  const { data, error, isPending } = useQuery(timelineEditsQuery(stop.equipment_id, span));
  return (
    <section className={css.history} aria-label={say("history")}>
      <h3>{say("history")}</h3>
      {isPending && <Waiting lines={1} />}
      {error && <ProblemNotice error={error} compact />}
      {data?.length === 0 && <p className="quiet">{say("noHistory")}</p>}
      <ul>{data?.map((edit) => <Edit key={edit.edit_id} edit={edit} onTakeBack={() => { onDone(); takeBack(stop, edit); }} onUse={() => { onDone(); sayAgain(stop, edit); }} />)}</ul>
    </section>
  );
}

/** `history`: the line lead sees what was ever said; the operator at the machine only answers. */
export function StopDialog({ stop, onClose, history = "hidden" }: { stop: Stop; onClose: () => void; history?: "shown" | "hidden" }) {
  const say = useWords(words);
  const send = useAnswer(history === "shown" ? "desk" : "station");
  const [comment, setComment] = useState(stop.comment ?? "");
  const said = comment.trim() === (stop.comment ?? "") ? {} : { comment: comment.trim() || null };
  const answer = (given: Answer) => {
    onClose();
    void send([stop], { ...said, ...given });
  };
  return (
    <Dialog opened onClose={onClose} withCloseButton={false} size="min(1180px, 100vw - 24px)" padding={0} attributes={{ content: { "aria-label": say("why") } }} data-testid="stop-dialog">
      <Head stop={stop} onClose={onClose} />
      <div className={css.body}>
        <ReasonPicker stop={stop} onPick={(reason) => answer({ reason })} />
        <div className={css.foot}>
          <label className={css.comment}><span>{say("comment")}</span><input type="text" value={comment} onChange={(event) => setComment(event.currentTarget.value)} maxLength={COMMENT_MAX} placeholder={say("commentHint")} data-testid="stop-comment" /></label>
          <button type="button" className={css.act} disabled={!("comment" in said)} onClick={() => answer({})} data-testid="stop-save-comment">{say("saveComment")}</button>
          {stop.evidence_changed && <button type="button" className={css.act} onClick={() => answer({ what: "acknowledge" })} data-testid="stop-acknowledge">{say("acknowledge")}</button>}
          {stop.reason && <button type="button" className={css.act} onClick={() => answer({ reason: null })} data-testid="stop-clear">{say("takeAway")}</button>}
        </div>
        {history === "shown" && <EditHistory stop={stop} onDone={onClose} />}
      </div>
    </Dialog>
  );
}
