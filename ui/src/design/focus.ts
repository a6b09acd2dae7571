// Who works by keyboard never starts anew at the top of the page: where what they stood on is taken away, they stand on what held it.

const OTHERS_FIRST_MS = 100;

/** An element and all that hold it, from the inside out. */
export type Trail = readonly HTMLElement[];
const trailOf = (from: EventTarget | null): Trail => {
  const trail: HTMLElement[] = [];
  for (let at = from instanceof HTMLElement ? from : null; at && at !== document.body; at = at.parentElement) trail.push(at);
  return trail;
};
const isNowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** Where the focus is now, to come back to. */
export const standing = (): Trail => trailOf(document.activeElement);

/** Back to where it was, or to what is left of it. Nobody's focus is taken who has moved it meanwhile. */
export function standAgain(trail: Trail): void {
  for (const one of trail) {
    if (!isNowhere()) return;
    if (!one.isConnected) continue;
    if (one.tabIndex < 0 && !one.hasAttribute("tabindex")) one.tabIndex = -1;
    one.focus({ preventScroll: true });
  }
}

/** Looks after the focus of the page until it is told to stop. What lies in a dialog, a panel or a menu gives it back itself. */
export function keepFocus(): () => void {
  let trail: Trail = [];
  let later: ReturnType<typeof setTimeout> | undefined;
  const follow = (event: FocusEvent) => { trail = trailOf(event.target); };
  const gone = new MutationObserver(() => {
    if (!isNowhere() || !trail[0] || trail[0].isConnected) return; // or it was left on purpose
    const left = trail;
    trail = [];
    clearTimeout(later);
    if (!left.some((one) => one.matches("[data-portal]"))) later = setTimeout(() => standAgain(left), OTHERS_FIRST_MS);
  });
  document.addEventListener("focusin", follow);
  gone.observe(document.body, { childList: true, subtree: true });
  return () => {
    clearTimeout(later);
    document.removeEventListener("focusin", follow);
    gone.disconnect();
  };
}
