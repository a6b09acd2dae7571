// At the left: the places to go, and the equipment of the plant as a tree that can be searched.
import { TextInput } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useEquipment } from "@/app/equipment";
import { may, useMe } from "@/app/gate";
import { screens } from "@/app/screen";
import css from "@/app/shell.module.css";
import { words } from "@/app/words";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting, Empty } from "@/design/notice";
import { EquipmentTree } from "@/tree/tree";
import { Go, useEquipmentPath } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

function MainNav() {
  const say = useWords(words);
  const language = useLanguage();
  const me = useMe();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const here = useEquipmentPath();
  const entries = screens.flatMap(({ nav, needs }) => (nav && (!needs || may(me, needs)) && (nav.shown?.(me) ?? true) ? [nav] : [])).sort((a, b) => a.order - b.order);
  return (
    <nav className={css.nav} aria-label={say("main")}>
      {entries.map((nav) => (
        <Go key={nav.to} to={nav.follows && here ? `${nav.to}/${here}` : nav.to} className={css.navLink} current={pathname.startsWith(nav.to)} testid={`nav${nav.to.replaceAll("/", "-")}`}>
          <Icon name={nav.icon} />
          {nav.words[language].nav}
        </Go>
      ))}
    </nav>
  );
}

function Plant() {
  const say = useWords(words);
  const [search, setSearch] = useState("");
  const { map, isPending, error, refetch } = useEquipment();
  return (
    <>
      <div className={css.treeHead}>
        <span className={css.label} id="tree-label">{say("equipment")}</span>
        <TextInput size="sm" type="search" value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={say("search")} aria-label={say("search")} leftSection={<Icon name="search" size={15} />} data-testid="tree-search" />
      </div>
      {isPending && <Waiting lines={6} height={14} />}
      {error && <ProblemNotice error={error} onRetry={refetch} compact />}
      {!isPending && !error && map.items.length === 0 && <Empty compact title={say("noEquipment")} hint={say("noEquipmentHint")} />}
      {map.items.length > 0 && <EquipmentTree map={map} search={search} />}
    </>
  );
}

export function Sidebar() {
  const sees = may(useMe(), "plant.view");
  return (
    <div className={css.sidebar} data-testid="sidebar">
      <MainNav />
      {sees && <Plant />}
    </div>
  );
}
