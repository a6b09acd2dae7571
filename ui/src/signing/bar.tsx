// Beneath the name of a shift that is over: who signed it and the way back, or the button to sign it.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Equipment, Shift, Signature } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { useMay } from "@/jobs/jobs";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { ReopenDialog, SignDialog } from "@/signing/dialogs";
import { useSignedWords } from "@/signing/lock";
import { WouldBe } from "@/signing/since";
import { useOver } from "@/signing/signatures";
import css from "@/signing/signing.module.css";
import { words } from "@/signing/words";
import { useWords } from "@/words/words";

function Signed({ here, signature, onReopen }: { here: Equipment; signature: Signature; onReopen: () => void }) {
  const say = useWords(words);
  const wordsOf = useSignedWords();
  const { map } = useEquipment();
  const mayReopen = useMay("shift.reopen", map.byId(signature.equipment_id) ?? here);
  return (
    <>
      <span className={css.sign} title={say("stands")} data-testid="board-signed"><Icon name="locked" size={18} /><span>{wordsOf(signature, here.id)}</span></span>
      {signature.comment && <span className={css.comment}>{signature.comment}</span>}
      <WouldBe here={here} signature={signature} />
      {mayReopen && <Button size="xs" variant="default" onClick={onReopen} data-testid="board-reopen">{say("reopen")}</Button>}
    </>
  );
}

export function SigningBar({ here, shift }: { here: Equipment; shift: Shift }) {
  const say = useWords(words);
  const reader = useReader();
  const maySign = useMay("shift.sign", here);
  const [asked, setAsked] = useState<"sign" | Signature | null>(null);
  const over = useOver(here.id, Date.parse(shift.start), Date.parse(shift.end));
  if (!over || (!over.stands && !over.back && !maySign)) return null;
  const { stands, back } = over;
  const close = () => setAsked(null);
  return (
    <div className={css.bar} data-testid="signing">
      {stands ? <Signed here={here} signature={stands} onReopen={() => setAsked(stands)} /> : maySign && <Button size="xs" variant="default" onClick={() => setAsked("sign")} data-testid="board-sign">{say("sign")}</Button>}
      {!stands && back?.reopened && <span data-testid="board-reopened">{say(back.reopened.why ? "reopened" : "unsigned", { name: back.reopened.by, time: formatMoment(Date.parse(back.reopened.at), "minute", reader), why: back.reopened.why })}</span>}
      {asked === "sign" && <SignDialog here={here} shift={shift} onClose={close} />}
      {asked !== null && asked !== "sign" && <ReopenDialog signature={asked} onClose={close} />}
    </div>
  );
}
