// One reason to be touched.
import css from "@/stops/picker.module.css";

interface ReasonProps { label: string; onPick: () => void; large?: boolean; current?: boolean; hint?: string | undefined; testid: string }
export function Reason({ label, onPick, large = false, current = false, hint, testid }: ReasonProps) {
  return (
    <button type="button" className={css.reason} data-large={large} aria-pressed={current} onClick={onPick} data-testid={testid}>
      <span>{label}</span>
      {hint && <span className={css.hint}>{hint}</span>}
    </button>
  );
}
