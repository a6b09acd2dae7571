// What was just saved, and the way back for a while.
import { Button } from "@mantine/core";
import { useEffect } from "react";
import { ProblemNotice } from "@/design/notice";
import { useUndo } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { words } from "@/screens/calendars/words";
import { useWords } from "@/words/words";

const SHOWN_MS = 30_000;

export function UndoBar({ audit, onGone }: { audit: string; onGone: () => void }) {
  const say = useWords(words);
  const undo = useUndo(say("undoReason"), onGone);
  useEffect(() => {
    const timer = setTimeout(onGone, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [onGone]);
  return (
    <span className={css.undo} role="status" data-testid="calendar-done">
      {say("saved")}
      <Button variant="subtle" size="compact-sm" loading={undo.isPending} onClick={() => undo.mutate(audit)} data-testid="calendar-undo">{say("undo")}</Button>
      {undo.error && <ProblemNotice error={undo.error} compact />}
    </span>
  );
}
