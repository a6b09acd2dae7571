// A one-time sign-in link, shown this once, to be given to its person.
import { Button } from "@mantine/core";
import type { OneTime } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { Secret } from "@/design/secret";
import css from "@/screens/people/people.module.css";
import { words } from "@/screens/people/words";
import { When } from "@/show/show";
import { useWords } from "@/words/words";

export function LinkShown({ name, made, onClose }: { name: string; made: OneTime; onClose: () => void }) {
  const say = useWords(words);
  return (
    <Dialog opened onClose={onClose} title={say("linkTitle", { name })} closeButtonProps={{ "aria-label": say("close") }} closeOnClickOutside={false} size="lg" data-testid="link-dialog">
      <div className={css.form}>
        <p className={css.hint}>{say("linkHint", { name })}</p>
        <Secret label={say("link")} value={`${location.origin}/sign-in#once=${made.token}`} copy={say("copy")} copied={say("copied")} testid="one-time-link" />
        <p className={css.hint}>{say("linkUntil")} <When at={made.expires_us === null ? null : made.expires_us / 1000} as="full" /></p>
        <div className={css.buttons}><Button onClick={onClose} data-testid="link-done">{say("done")}</Button></div>
      </div>
    </Dialog>
  );
}
