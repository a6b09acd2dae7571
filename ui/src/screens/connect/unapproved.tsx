// A server whose certificate nobody has approved is put aside: what it says of itself, and the way to approve it.
import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import type { Unapproved } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { unapprovedWords } from "@/screens/connect/unapproved-words";
import { StateSign } from "@/states/sign";
import { useWords } from "@/words/words";

const SAYS = ["sha256", "approved", "subject", "issuer", "valid_from", "valid_to"] as const;
type Says = (typeof SAYS)[number];
const isSaid = (what: string): what is Says => (SAYS as readonly string[]).includes(what);

/** 64 digits in groups, so that two people can read them to each other. */
export const grouped = (digits: string): string => (/^[0-9a-f]{64}$/.test(digits) ? (digits.match(/.{4}/g) ?? []).join(" ") : digits);

export function Approval({ met, where, onApprove }: { met: Unapproved; where: string; onApprove: () => void }) {
  const say = useWords(unapprovedWords);
  const [compared, setCompared] = useState(false);
  const isOther = met.shows.some(([what]) => what === "approved");
  return (
    <div className={`${css.bad} ${css.unapproved}`} role="alert" data-testid="unapproved">
      <span className={css.answer}><StateSign sign="cut" tone="fault" /><b>{say(isOther ? "other" : "unknown")}</b><span className="mono">{where}</span></span>
      <dl>
        {met.shows.map(([what, value]) => (
          <div key={what}><dt>{isSaid(what) ? say(what) : what}</dt><dd className="mono" translate="no">{grouped(value)}</dd></div>
        ))}
      </dl>
      <Checkbox label={say("compared")} checked={compared} onChange={(event) => setCompared(event.currentTarget.checked)} data-testid="compared" />
      <Button variant="default" disabled={!compared} onClick={onApprove} data-testid="approve">{say("approve")}</Button>
    </div>
  );
}
