// The sign of a state: its shape alone tells running from waiting, fault and no data.
import type { ReactNode } from "react";
import type { Sign, Tone } from "@/states/look";
import css from "@/states/states.module.css";

const SHAPES: Readonly<Record<Sign, ReactNode>> = {
  run: <path d="M5 3.5v9l8-4.5z" fill="currentColor" />,
  stop: <rect x="4" y="4" width="8" height="8" rx="1" fill="none" />,
  wait: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  starved: <path d="M2.5 8h4m-1.8-2L6.5 8l-1.8 2M9.5 3.5h4v9h-4z" fill="none" />,
  blocked: <path d="M9.5 8h4m-1.8-2 1.8 2-1.8 2M2.5 3.5h4v9h-4z" fill="none" />,
  wrench: <path d="M12.8 4.6a3.2 3.2 0 0 1-4.3 4L5 12.1 3.9 11l3.5-3.5a3.2 3.2 0 0 1 4-4.3L9.6 5l1.4 1.4z" fill="none" />,
  alert: <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01" fill="none" />,
  fault: <path d="M5.6 2.5h4.8l3.1 3.1v4.8l-3.1 3.1H5.6l-3.1-3.1V5.6zM6 6l4 4M10 6l-4 4" fill="none" />,
  cut: <path d="M2 8h3M11 8h3M6 5.5 5 4M10 10.5l1 1.5M6.5 10 5 12M9.5 6 11 4" fill="none" />,
  unknown: <path d="M6 6a2 2 0 1 1 2.8 1.8c-.5.3-.8.7-.8 1.4M8 11.7v.01" fill="none" />,
};

export function StateSign({ sign, tone, size = 16 }: { sign: Sign; tone: Tone; size?: number }) {
  return (
    <svg className={css.sign} data-tone={tone} width={size} height={size} viewBox="0 0 16 16" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {SHAPES[sign]}
    </svg>
  );
}
