// The frame of the pages about the installation: what they are, and the ways from one to the other.
import { useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe } from "@/app/gate";
import css from "@/installation/installation.module.css";
import { pagesFor } from "@/installation/rights";
import { words } from "@/installation/words";
import { Go } from "@/view/place";
import { useWords } from "@/words/words";

export function InstallationPage({ help, tools, children }: { help: string; tools?: ReactNode; children: ReactNode }) {
  const say = useWords(words);
  const pages = pagesFor(useMe());
  const here = useRouterState({ select: (state) => state.location.pathname.replace(/\/$/, "") });
  return (
    <>
      <div className={css.titleRow}><h1>{say("title")}</h1>{tools}</div>
      <nav className={css.tabs} aria-label={say("pages")}>
        {pages.map(({ key, to }) => <Go key={key} to={to} current={here === to} testid={`page-${key}`}>{say(key)}</Go>)}
      </nav>
      <div className={css.stack}>
        <p className={css.help}>{help}</p>
        {children}
      </div>
    </>
  );
}
