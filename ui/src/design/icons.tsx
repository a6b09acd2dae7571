// The few drawn signs of the screens, one stroke weight, all decorative: words always stand beside them.
import type { ReactNode } from "react";

const PATHS = {
  chevron: <path d="m9 6 6 6-6 6" />,
  down: <path d="m6 9 6 6 6-6" />,
  back: <path d="m15 6-6 6 6 6" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  search: <><circle cx="11" cy="11" r="6" /><path d="m20 20-4.5-4.5" /></>,
  overview: <><rect x="4" y="5" width="7" height="6" rx="1" /><rect x="13" y="5" width="7" height="6" rx="1" /><rect x="4" y="13" width="7" height="6" rx="1" /><rect x="13" y="13" width="7" height="6" rx="1" /></>,
  link: <><path d="M9 15l6-6" /><path d="M11 7l2-2a4.2 4.2 0 0 1 6 6l-2 2M13 17l-2 2a4.2 4.2 0 0 1-6-6l2-2" /></>,
  plug: <><path d="M9 3v5M15 3v5M7 8h10v3a5 5 0 0 1-10 0zM12 16v5" /></>,
  plant: <><path d="M4 20V10l5 3v-3l5 3v-3l6 4v6z" /><path d="M8 17h.01M12 17h.01M16 17h.01" /></>,
  people: <><circle cx="9" cy="8" r="3.2" /><path d="M3 20c.7-3.8 3-5.6 6-5.6s5.3 1.8 6 5.6M15.5 5.2a3.2 3.2 0 0 1 0 5.6M17.5 14.8c1.9.7 3.1 2.4 3.5 5.2" /></>,
  more: <path d="M6 12h.01M12 12h.01M18 12h.01" strokeWidth="3" />,
  person: <><circle cx="12" cy="8" r="3.5" /><path d="M5 20c.8-4 3.6-6 7-6s6.2 2 7 6" /></>,
  sidebar: <><rect x="4" y="5" width="16" height="14" rx="2" /><path d="M10 5v14" /></>,
  calendar: <><rect x="4" y="5.5" width="16" height="14" rx="2" /><path d="M4 10h16M8 3.5v4M16 3.5v4" /></>,
  clock: <><circle cx="12" cy="12" r="8" /><path d="M12 8v4l3 2" /></>,
  work: <><path d="M12 4a8 8 0 1 0 8 8" /><path d="M12 8v4l3 2" /></>,
  copy: <><rect x="9" y="9" width="11" height="11" rx="2" /><path d="M15 5H6a1 1 0 0 0-1 1v9" /></>,
  check: <path d="m5 13 4 4L19 7" />,
  arrow: <path d="M4 12h15m-5-5 5 5-5 5" />,
  site: <path d="M12 21s7-6.1 7-11a7 7 0 1 0-14 0c0 4.9 7 11 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z" />,
  line: <><rect x="3" y="9" width="5" height="6" rx="1" /><rect x="16" y="9" width="5" height="6" rx="1" /><path d="M8 12h8" /></>,
  unit: <><rect x="5" y="5" width="14" height="14" rx="2" /><path d="M9 12h6M12 9v6" /></>,
  area: <rect x="4" y="6" width="16" height="12" rx="1" strokeDasharray="3 2" />,
  company: <path d="M5 20V5h8v15M13 10h6v10M3 20h18M8 9h2M8 13h2" />,
  locked: <><rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V8a4 4 0 0 1 8 0v3" /></>,
  unlocked: <><rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V8a4 4 0 0 1 7.5-2" /></>,
  signOut: <path d="M14 5H6v14h8M10 12h10m-3-3 3 3-3 3" />,
  play: <path d="M8 5.5v13l10-6.5z" />,
  jam: <path d="M12 4 3 19h18zM12 10v4M12 16.5v.01" />,
  screen: <><rect x="3" y="5" width="18" height="12" rx="1" /><path d="M9 20h6M12 17v3" /></>,
  hand: <path d="M8 12V5.5a1.5 1.5 0 0 1 3 0V11m0-.5V4.5a1.5 1.5 0 0 1 3 0V11m0-4a1.5 1.5 0 0 1 3 0v6c0 4-2 7-6 7-3 0-4.5-1.5-6-4l-2-3.5c.8-1 2-.9 3 .5" />,
  stop: <><circle cx="12" cy="12" r="8.5" /><rect x="9" y="9" width="6" height="6" rx="0.5" /></>,
  pad: <><rect x="5" y="3" width="14" height="18" rx="2" /><path d="M8.5 7.5h7M9 12h.01M12 12h.01M15 12h.01M9 15h.01M12 15h.01M15 15h.01M9 18h.01M12 18h.01M15 18h.01" /></>,
  handOver: <path d="M4 8h13m-4-4 4 4-4 4M20 16H7m4-4-4 4 4 4" />,
  board: <><rect x="4" y="4" width="16" height="16" rx="1" /><path d="M8 16v-4M12 16V8M16 16v-6" /></>,
  undo: <path d="M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3" />,
  full: <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />,
  sun: <><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4" /></>,
  signal: <path d="M3 12h4l3-7 4 14 3-7h4" />,
  trend: <><path d="M4 4v16h16" /><path d="m7 15 4-5 3 3 5-7" /></>,
  lanes: <><path d="M4 6h7M14 6h6M4 12h3M10 12h10M4 18h10M17 18h3" strokeWidth="3" /></>,
  pareto: <><path d="M4 4v16h16" /><path d="M8 17V7M12 17v-6M16 17v-3" strokeWidth="2.6" /></>,
  groups: <><path d="M4 6h16M4 12h16M4 18h16" /><path d="M9 3v18" /></>,
  course: <><path d="M4 4v16h16" /><path d="M7 14h3v-4h4v6h5" /></>,
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  server: <><rect x="4" y="4" width="16" height="7" rx="1.5" /><rect x="4" y="13" width="16" height="7" rx="1.5" /><path d="M8 7.5h.01M8 16.5h.01M12 7.5h4M12 16.5h4" /></>,
  eye: <><path d="M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6z" /><circle cx="12" cy="12" r="2.6" /></>,
  hidden: <><path d="M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6zM4 20 20 4" /></>,
  info: <><circle cx="12" cy="12" r="8.5" /><path d="M12 11v5M12 8v.01" /></>,
  empty: <><path d="M4 13h4l1.5 3h5L16 13h4" /><path d="M4 13 7 5h10l3 8v6H4z" /></>,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {PATHS[name]}
    </svg>
  );
}
