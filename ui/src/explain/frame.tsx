// The frame of an explanation at the right: what it is of, the way to share it, closed by a button or Escape.
import { CopyButton } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { useEquipment } from "@/app/equipment";
import { standAgain, standing } from "@/design/focus";
import { Icon } from "@/design/icons";
import { useExact } from "@/explain/exact";
import css from "@/explain/explain.module.css";
import { type Question, useAsk } from "@/explain/open";
import { words } from "@/explain/words";
import { formatMoment } from "@/show/format";
import { useReader } from "@/show/show";
import { useChangeSearch } from "@/view/search";
import { useWords } from "@/words/words";

function Head({ question, exactness, onClose }: { question: Question; exactness: boolean; onClose: () => void }) {
  const say = useWords(words);
  const reader = useReader();
  const exact = useExact();
  const change = useChangeSearch();
  const { map } = useEquipment();
  const name = map.byId(question.equipmentId)?.name ?? "";
  const [start, end] = [question.start, question.end].map((at) => formatMoment(Date.parse(at), "full", reader)) as [string, string];
  return (
    <header className={css.head}>
      <div className={css.headWords}>
        <h2>{say("title")}</h2>
        <span className={css.under}>{say("of", { name, start, end })}</span>
        {question.unsigned && <span className={css.under} data-testid="explain-unsigned">{say("unsigned")}</span>}
        {question.asOf && <span className={css.under} data-testid="explain-known">{say("asKnown", { known: /^\d+$/.test(question.asOf) ? `№ ${question.asOf}` : formatMoment(Date.parse(question.asOf), "full", reader) })}</span>}
      </div>
      {exactness && <button type="button" className={css.exact} aria-pressed={exact} onClick={() => change({ exact: exact ? null : "1" }, "replace")} title={say("exactHint")} data-testid="explain-exact">{say("exact")}</button>}
      <CopyButton value={location.href}>
        {({ copied, copy }) => (
          <button type="button" className={css.tool} onClick={copy} aria-label={say(copied ? "copied" : "copy")} title={say(copied ? "copied" : "copy")} data-testid="explain-copy"><Icon name={copied ? "check" : "link"} /></button>
        )}
      </CopyButton>
      <button type="button" className={css.tool} onClick={onClose} aria-label={say("close")} data-testid="explain-close"><Icon name="close" /></button>
    </header>
  );
}

/** Takes the focus when it opens, and gives it back when it closes. `exactness`: its values can be shown to the last digit. */
export function Frame({ question, exactness = false, children }: { question: Question; exactness?: boolean; children: ReactNode }) {
  const say = useWords(words);
  const ask = useAsk();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = standing();
    panel.current?.focus();
    return () => standAgain(before);
  }, []);
  useEffect(() => {
    if (!panel.current?.contains(document.activeElement)) panel.current?.focus(); // the step that was pressed is gone
  }, [question.key]);
  const press = (event: KeyboardEvent) => { if (event.key === "Escape") ask(null); };
  return (
    <aside ref={panel} className={css.panel} tabIndex={-1} aria-label={say("title")} onKeyDown={press} data-testid="explain">
      <Head question={question} exactness={exactness} onClose={() => ask(null)} />
      <div className={css.scroll}>{children}</div>
    </aside>
  );
}
