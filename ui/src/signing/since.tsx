// What a signed shift would come to now, beside what was signed: shown where it is another, with what came since.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Equipment, Signature } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { ProblemNotice } from "@/design/notice";
import { signedOf, wouldBeQuery } from "@/freezing/ask";
import { MovedFigures } from "@/freezing/moved";
import { kpiWords } from "@/kpi/words";
import { formatRatio } from "@/show/format";
import css from "@/signing/signing.module.css";
import { words } from "@/signing/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const ASK_AGAIN_MS = 300_000; // late data may come at any time, and each answer derives the shift anew

export function WouldBe({ here, signature }: { here: Equipment; signature: Signature }) {
  const say = useWords(words);
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const { data, error, refetch } = useQuery({ ...wouldBeQuery(signature.id, here.id), refetchInterval: ASK_AGAIN_MS });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (!data) return <span className={css.same} role="status" data-testid="board-would-be-waits">{say("looking")}</span>;
  if (data.moved.length === 0) return <span className={css.same} data-testid="board-as-signed">{say("asSigned")}</span>;
  const kpi = wordFor(kpiWords, language, data.kpi);
  const said = { kpi, signed: formatRatio(data.before, language, 1), now: formatRatio(data.after, language, 1) };
  return (
    <>
      <button type="button" className={css.wouldBe} title={say("since")} onClick={() => setOpen(true)} data-testid="board-would-be">{say(data.before === data.after ? "wouldBeBeside" : "wouldBe", said)}</button>
      {open && (
        <Dialog opened onClose={() => setOpen(false)} title={say("sinceTitle")} closeButtonProps={{ "aria-label": say("close") }} size="xl" data-testid="since-dialog">
          <p className={css.help}>{say("sinceHint")}{!data.told && ` ${say("tooMany")}`}</p>
          <MovedFigures as="signed" label={say("sinceTitle")} found={data} of={signedOf(signature, here.id)} onOpen={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}
