// At the left: the places to go, and the equipment of the plant as a tree that can be searched.
import { TextInput } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useEquipment } from "@/app/equipment";
import { may, useMe } from "@/app/gate";
import { type Screen, screens } from "@/app/screen";
import css from "@/app/shell.module.css";
import { words } from "@/app/words";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting, Empty } from "@/design/notice";
import { formatNumber } from "@/show/format";
import { EquipmentTree } from "@/tree/tree";
import { Go, useEquipmentPath } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const nothing = () => 0;

function NavEntry({ nav, here, pathname }: { nav: NonNullable<Screen["nav"]>; here: string | null; pathname: string }) {
  const say = useWords(words);
  const language = useLanguage();
  const useWaiting = nav.useWaiting ?? nothing; // of a screen it is always the same one
  const waiting = useWaiting();
  return (
    <Go to={nav.follows && here ? `${nav.to}/${here}` : nav.to} className={css.navLink} current={pathname.startsWith(nav.to)} testid={`nav${nav.to.replaceAll("/", "-")}`}>
      <Icon name={nav.icon} />
      {nav.words[language].nav}
      {waiting > 0 && <span className={css.navWaiting} title={say("waits", { n: formatNumber(waiting, language) })} data-testid="nav-waiting"><span aria-hidden="true">{formatNumber(waiting, language)}</span><span className="visually-hidden">{say("waits", { n: formatNumber(waiting, language) })}</span></span>}
    </Go>
  );
}

function MainNav() {
  const say = useWords(words);
  const me = useMe();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const here = useEquipmentPath();
  const entries = screens.flatMap(({ nav, needs }) => (nav && (!needs || may(me, needs)) && (nav.shown?.(me) ?? true) ? [nav] : [])).sort((a, b) => a.order - b.order);
  return (
    <nav className={css.nav} aria-label={say("main")}>
      {entries.map((nav) => <NavEntry key={nav.to} nav={nav} here={here} pathname={pathname} />)}
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
