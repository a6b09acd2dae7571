// The lock beside a time that somebody signed: who, when, and that nobody changes it.
import type { Signature } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useOver } from "@/signing/signatures";
import css from "@/signing/signing.module.css";
import { words } from "@/signing/words";
import { useWords } from "@/words/words";

/** Who signed and when; of a line or more, which. */
export function useSignedWords(): (signature: Signature, equipmentId: number) => string {
  const say = useWords(words);
  const reader = useReader();
  const { map } = useEquipment();
  return (signature, equipmentId) => {
    const said = { name: signature.by, time: formatMoment(Date.parse(signature.at), "minute", reader) };
    const above = signature.equipment_id === equipmentId ? undefined : map.byId(signature.equipment_id)?.name;
    return above === undefined ? say("signed", said) : say("signedAbove", { ...said, equipment: above });
  };
}

interface LockProps { equipmentId: number; fromMs: number; toMs: number; as?: "words" | "sign" }
/** Nothing where no signature stands. `sign`: the lock alone, its words read out and shown when pointed at. */
export function Lock({ equipmentId, fromMs, toMs, as = "words" }: LockProps) {
  const say = useWords(words);
  const wordsOf = useSignedWords();
  const stands = useOver(equipmentId, fromMs, toMs)?.stands;
  if (!stands) return null;
  const text = wordsOf(stands, equipmentId);
  const rest = `${say("stands")} ${say("askReopen")}`;
  if (as === "sign") return <span className={css.sign} title={`${text}. ${rest}`} data-testid="signed"><Icon name="locked" size={15} /><span className="visually-hidden">{text}</span></span>;
  return <span className={css.sign} title={rest} data-testid="signed"><Icon name="locked" size={16} /><span>{text}. {say("stands")}</span></span>;
}
