// The bar at the top: where you are, whether what you see is live, what works in the background, who you are.
import { Tooltip } from "@mantine/core";
import { useEquipment } from "@/app/equipment";
import { JobsIndicator } from "@/app/jobs-indicator";
import { ProfileMenu } from "@/app/profile-menu";
import css from "@/app/shell.module.css";
import { words } from "@/app/words";
import { Icon } from "@/design/icons";
import { useLinkState } from "@/live/live";
import { useNowMs } from "@/live/now";
import { useZone, When } from "@/show/show";
import { Go, placeOf, useEquipmentPath } from "@/view/place";
import { useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

const PRODUCT = "Dovetail";

function Crumbs() {
  const say = useWords(words);
  const { map } = useEquipment();
  const path = useEquipmentPath();
  const { period, start, end } = useSearchText();
  const here = path ? map.byPath(path) : undefined;
  if (!here) return null;
  const kept = Object.fromEntries(Object.entries({ period, start, end }).filter(([, value]) => value !== undefined)) as Record<string, string>;
  return (
    <nav aria-label={say("path")}>
      <ol className={css.crumbs}>
        {map.chain(here).map((equipment, i, chain) => (
          <li key={equipment.id}>
            {i > 0 && <Icon name="chevron" size={14} />}
            <Go to={placeOf(equipment)} search={kept} className={css.crumb} current={i === chain.length - 1}>{equipment.name}</Go>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function LinkMark() {
  const say = useWords(words);
  const state = useLinkState();
  return (
    <span className={css.link} data-state={state} data-testid="live-link" role="status">
      <span className={css.dot} />
      {say(state === "open" ? "live" : state === "lost" ? "notLive" : "connecting")}
    </span>
  );
}

function PlantTime() {
  const say = useWords(words);
  const zone = useZone();
  return (
    <Tooltip label={say("plantTime", { zone: zone ?? "UTC" })}>
      <span className={css.clock} data-testid="plant-clock"><When at={useNowMs()} as="time" /></span>
    </Tooltip>
  );
}

export function Header({ sidebarOpen, onToggleSidebar }: { sidebarOpen: boolean; onToggleSidebar: () => void }) {
  const say = useWords(words);
  return (
    <header className={css.header}>
      <button type="button" className={css.button} onClick={onToggleSidebar} aria-expanded={sidebarOpen} aria-label={say(sidebarOpen ? "hideSidebar" : "showSidebar")} data-testid="toggle-sidebar">
        <Icon name="sidebar" />
      </button>
      <Go to="/" className={css.brand}><img src="/dovetail.svg" width={22} height={22} alt="" /><span translate="no">{PRODUCT}</span></Go>
      <Crumbs />
      <span className={css.spacer} />
      <JobsIndicator />
      <LinkMark />
      <PlantTime />
      <ProfileMenu />
    </header>
  );
}
