// How something is, by a sign and a word: never by a colour alone.
import { Icon } from "@/design/icons";
import css from "@/installation/installation.module.css";
import { words } from "@/installation/words";
import { useWords } from "@/words/words";

export type Verdict = "well" | "look" | "ill";
const SIGNS = { well: "check", look: "info", ill: "jam" } as const;

export function VerdictSign({ verdict, text }: { verdict: Verdict; text?: string }) {
  const say = useWords(words);
  return <span className={css.sign} data-tone={verdict}><Icon name={SIGNS[verdict]} size={15} />{text ?? say(verdict)}</span>;
}
