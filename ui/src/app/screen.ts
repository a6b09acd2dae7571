// What a screen is: one folder under screens/, found by itself. Adding a screen touches that folder only.
import type { ExoticComponent } from "react";
import type { Me } from "@/api/types";
import type { IconName } from "@/design/icons";
import type { Catalogue } from "@/words/words";

export interface Screen {
  /** Address, `$` at the end takes the rest (an equipment path). */
  path: string;
  /** "plant": signed in, with header and tree; "wall": signed in, the whole display to itself; "bare": stands alone (sign-in, set-up). */
  frame: "plant" | "wall" | "bare";
  component: ExoticComponent;
  /** The permission without which the screen shows nothing: neither its entry nor its content is there then. */
  needs?: string;
  nav?: {
    words: Catalogue<"nav">;
    icon: IconName;
    order: number;
    to: string;
    /** The entry leads to the equipment that is looked at, not to the first one. */
    follows?: "equipment";
    shown?: (me: Me) => boolean;
    /** A hook: how much waits there; nothing is shown of zero. */
    useWaiting?: () => number;
  };
}

const modules = import.meta.glob<{ screen: Screen }>("../screens/*/screen.ts", { eager: true });
export const screens: readonly Screen[] = Object.values(modules).map((module) => module.screen);
