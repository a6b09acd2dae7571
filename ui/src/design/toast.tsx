// One short sentence at the bottom of the screen about what was just done, with the way back while it is there.
import { type ReactNode, useSyncExternalStore } from "react";
import css from "@/design/toast.module.css";

const SHOWN_MS = 20_000; // time enough to change one's mind …
const TOLD_MS = 6_000; // … and to read what cannot be undone here

/** `act`: the way back; `onward`: a link to what follows from it. */
export interface Toast { text: string; tone?: "plain" | "warning"; act?: { label: string; run: () => void }; onward?: ReactNode }
let shown: Toast | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Nobody is hurried: a message stays while a pointer or the focus is on it, and then for its whole time. */
const hold = () => clearTimeout(timer);
function release(): void {
  hold();
  if (shown) timer = setTimeout(() => showToast(null), shown.act ? SHOWN_MS : TOLD_MS);
}

export function showToast(toast: Toast | null): void {
  shown = toast;
  release();
  for (const listener of listeners) listener();
}

const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Once per page; at the top where the bottom is full of buttons. */
export function ToastPlace({ at }: { at: "top" | "bottom" }) {
  const toast = useSyncExternalStore(listen, () => shown);
  const act = toast?.act;
  const run = () => {
    showToast(null);
    act?.run();
  };
  return (
    <div role="status" className={css.place} data-at={at}>
      {toast && (
        <div className={css.toast} data-tone={toast.tone ?? "plain"} onPointerEnter={hold} onPointerLeave={release} onFocus={hold} onBlur={release} data-testid="toast">
          <span>{toast.text}</span>
          {toast.onward && <span role="presentation" className={css.onward} onClick={() => showToast(null)}>{toast.onward}</span>}
          {act && <button type="button" className={css.act} onClick={run} data-testid="toast-act">{act.label}</button>}
        </div>
      )}
    </div>
  );
}
