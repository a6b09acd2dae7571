// Says across the whole screen that the live connection is lost: grey values must not be taken for true ones.
import { useEffect, useState } from "react";
import css from "@/app/shell.module.css";
import { words } from "@/app/words";
import { Icon } from "@/design/icons";
import { useLinkState } from "@/live/live";
import { useWords } from "@/words/words";

const PATIENCE_MS = 1500; // a server that restarts within this needs no banner

export function LinkBanner() {
  const say = useWords(words);
  const lost = useLinkState() === "lost";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(lost), lost ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [lost]);
  if (!shown) return null;
  return (
    <div className={css.banner} role="alert" data-testid="link-banner">
      <Icon name="jam" size={20} />
      <strong>{say("linkLost")}</strong>
      <span>{say("linkLostHint")}</span>
    </div>
  );
}
