// Nobody sees the plant before it is set up and somebody has signed in.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { asProblem } from "@/api/problem";
import { askAgainSoon, meQuery, setupQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { NewPassword } from "@/app/new-password";
import { ProblemNotice, Waiting } from "@/design/notice";
import { liveLink } from "@/live/live";
import { preferLocale } from "@/words/language";

const Person = createContext<Me | null>(null);

/** Who is signed in; only below the gate. */
export function useMe(): Me {
  const me = useContext(Person);
  if (!me) throw new Error("useMe stands outside the gate");
  return me;
}

/** Whether the person holds a permission anywhere (there may be no equipment yet); what they may touch is decided by the server. */
export const may = (me: Me, permission: string): boolean => me.permissions.system.includes(permission) || permission in me.permissions.at;

/** Leads to the door, once; where the person wanted to go is remembered for after it. */
function SignedOut() {
  const { data } = useQuery(setupQuery());
  const navigate = useNavigate();
  const [wanted] = useState(() => location.pathname + location.search);
  const needed = data?.needed;
  useEffect(() => {
    if (needed === undefined) return;
    const search = wanted === "/" || wanted === "/overview" ? {} : { back: wanted };
    void navigate({ to: needed ? "/setup" : "/sign-in", search: (needed ? {} : search) as never, replace: true });
  }, [needed, wanted, navigate]);
  return <Waiting />;
}

export function Gate({ children }: { children: ReactNode }) {
  const { data: me, error, refetch } = useQuery(meQuery());
  useEffect(() => {
    if (!me) return undefined;
    preferLocale(me.person.locale);
    if (me.password_due) return undefined;
    liveLink.onLost = () => void refetch(); // a lost link may be an ended session
    liveLink.onRights = () => void refetch();
    const stop = liveLink.listen(() => { if (liveLink.getState() === "open") askAgainSoon(); });
    liveLink.open();
    return () => { stop(); liveLink.close(); };
  }, [me, refetch]);
  if (error && asProblem(error).status === 401) return <SignedOut />;
  if (me?.password_due) return <NewPassword me={me} />;
  if (me) return <Person.Provider value={me}>{children}</Person.Provider>;
  return error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Waiting />;
}
