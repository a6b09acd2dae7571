// Nobody sees the plant before it is set up and somebody has signed in.
import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { asProblem } from "@/api/problem";
import { meQuery, setupQuery } from "@/api/queries";
import type { Me } from "@/api/types";
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

/** Whether the person holds a permission anywhere; what they may touch is decided by the server. */
export const may = (me: Me, permission: string): boolean => me.permissions.system.includes(permission) || (me.permissions.at[permission]?.length ?? 0) > 0;

function SignedOut() {
  const { data, isPending } = useQuery(setupQuery());
  const { pathname, searchStr } = useLocation();
  if (isPending) return <Waiting />;
  const back = pathname + searchStr;
  return data?.needed ? <Navigate to="/setup" replace /> : <Navigate to="/sign-in" search={(back === "/" || back === "/overview" ? {} : { back }) as never} replace />;
}

export function Gate({ children }: { children: ReactNode }) {
  const { data: me, error, refetch } = useQuery(meQuery());
  useEffect(() => {
    if (!me) return undefined;
    preferLocale(me.person.locale);
    liveLink.onLost = () => void refetch(); // a lost link may be an ended session
    liveLink.open();
    return () => liveLink.close();
  }, [me, refetch]);
  if (error && asProblem(error).status === 401) return <SignedOut />;
  if (me) return <Person.Provider value={me}>{children}</Person.Provider>;
  return error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Waiting />;
}
