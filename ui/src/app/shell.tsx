// The frame around every screen of a signed-in person: header, equipment at the left, content, explanation at the right.
import { type ReactNode, useState } from "react";
import { Ground } from "@/app/ground";
import { Header } from "@/app/header";
import { LinkBanner } from "@/app/link-banner";
import css from "@/app/shell.module.css";
import { Sidebar } from "@/app/sidebar";
import { words } from "@/app/words";
import { Explain } from "@/explain/explain";
import { OutboxNotice } from "@/outbox/notice";
import { useWords } from "@/words/words";

const NARROW_PX = 1100; // below it the tree would leave too little for four tiles
const KEY = "dovetail.sidebar";

export function Shell({ children }: { children: ReactNode }) {
  const say = useWords(words);
  const [open, setOpen] = useState(() => (localStorage.getItem(KEY) ?? (innerWidth < NARROW_PX ? "closed" : "open")) === "open");
  const toggle = () => {
    setOpen(!open);
    localStorage.setItem(KEY, open ? "closed" : "open");
  };
  return (
    <Ground>
      <a href="#content" className={css.skip}>{say("skip")}</a>
      <div className={css.shell} data-sidebar={open ? "open" : "closed"}>
        <Header sidebarOpen={open} onToggleSidebar={toggle} />
        {open && <Sidebar />}
        <main id="content" className={css.content} tabIndex={-1}>
          <LinkBanner />
          <OutboxNotice />
          {children}
        </main>
        <Explain />
      </div>
    </Ground>
  );
}
