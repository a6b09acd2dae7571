// The frame around every screen of a signed-in person: header, equipment at the left, content, explanation at the right.
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useEquipment } from "@/app/equipment";
import { Header } from "@/app/header";
import { LinkBanner } from "@/app/link-banner";
import css from "@/app/shell.module.css";
import { Sidebar } from "@/app/sidebar";
import { useTitle } from "@/app/title";
import { words } from "@/app/words";
import { Explain } from "@/explain/explain";
import { useLinkState } from "@/live/live";
import { PlantClock } from "@/show/show";
import { useReasonTree } from "@/states/names";
import { useEquipmentPath } from "@/view/place";
import { useWords } from "@/words/words";

const NARROW_PX = 1100; // below it the tree would leave too little for four tiles
const KEY = "dovetail.sidebar";

export function Shell({ children }: { children: ReactNode }) {
  const say = useWords(words);
  const [open, setOpen] = useState(() => (localStorage.getItem(KEY) ?? (innerWidth < NARROW_PX ? "closed" : "open")) === "open");
  useReasonTree();
  const link = useLinkState();
  const { map } = useEquipment();
  useTitle(map);
  const path = useEquipmentPath();
  const zone = (path ? map.byPath(path) : undefined)?.timezone ?? map.roots[0]?.timezone;
  const toggle = () => {
    setOpen(!open);
    localStorage.setItem(KEY, open ? "closed" : "open");
  };
  useEffect(() => void (document.documentElement.dataset["liveLink"] = link), [link]);
  return (
    <PlantClock value={zone}>
      <a href="#content" className={css.skip}>{say("skip")}</a>
      <div className={css.shell} data-sidebar={open ? "open" : "closed"}>
        <Header sidebarOpen={open} onToggleSidebar={toggle} />
        {open && <Sidebar />}
        <main id="content" className={css.content} tabIndex={-1}>
          <LinkBanner />
          {children}
        </main>
        <Explain />
      </div>
    </PlantClock>
  );
}
