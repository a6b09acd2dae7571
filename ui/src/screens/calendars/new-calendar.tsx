// A calendar that is not there yet: it begins with one early shift and is then made what it should be.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import { type Definition, useChange } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { WEEKDAYS } from "@/screens/calendars/definition";
import { words } from "@/screens/calendars/words";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export default function NewCalendar({ onClose }: { onClose: () => void }) {
  const say = useWords(words);
  const change = useChangeSearch();
  const [key, setKey] = useState("");
  const make = useChange(key, () => { change({ calendar: key, view: "pattern" }); onClose(); });
  const first = { name: say("shiftName"), start: "06:00", end: "14:00", crew: null, breaks: [], days: WEEKDAYS.slice(0, 5) };
  const body: Definition = { name: null, shifts: [first], crews: [], rotation: null, holidays: {}, exceptions: {} };
  const submit = (event: FormEvent) => { event.preventDefault(); make.mutate({ wanted: { body }, reason: "", seen: "" }); };
  return (
    <Dialog opened onClose={onClose} title={say("newCalendar")} closeButtonProps={{ "aria-label": say("cancel") }}>
      <form className={css.form} onSubmit={submit}>
        <TextInput label={say("newKey")} description={say("newHint")} value={key} onChange={(event) => setKey(event.currentTarget.value)} maxLength={60} data-autofocus data-testid="new-key" />
        {make.error && <ProblemNotice error={make.error} compact />}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit" disabled={!KEY.test(key)} loading={make.isPending} data-testid="new-save">{say("create")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
