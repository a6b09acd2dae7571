// A panel of a screen: a quiet card with a heading and room for its tools.
import type { ReactNode } from "react";
import css from "@/design/panel.module.css";

interface PanelProps { title?: ReactNode; tools?: ReactNode; children: ReactNode; flush?: boolean; testid?: string }
export function Panel({ title, tools, children, flush = false, testid }: PanelProps) {
  return (
    <section className={css.panel} data-testid={testid}>
      {(title || tools) && (
        <header className={css.head}>
          {title && <h2>{title}</h2>}
          {tools && <div className={css.tools}>{tools}</div>}
        </header>
      )}
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
