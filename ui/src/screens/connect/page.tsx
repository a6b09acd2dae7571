// Connect a device in four steps: which device, which signals, what they mean, and what will be written.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ProblemNotice, Waiting } from "@/design/notice";
import { definitionQuery, driversQuery, outlineQuery } from "@/screens/connect/api";
import { draftFrom, draftOf, emptyDraft } from "@/screens/connect/draft";
import { Wizard } from "@/screens/connect/wizard";
import { words } from "@/screens/connect/words";
import { useSearchText } from "@/view/search";
import { useWords } from "@/words/words";

export default function Connect() {
  const say = useWords(words);
  const search = useSearchText();
  const { connection, machine } = search;
  const drivers = useQuery(driversQuery());
  const outline = useQuery(outlineQuery());
  const standing = useQuery({ ...definitionQuery(connection ?? ""), enabled: connection !== undefined, refetchOnMount: "always" });
  const first = useMemo(() => {
    const empty = emptyDraft(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC", { plant: say("firstPlant"), line: say("firstLine") });
    return standing.data ? draftFrom(standing.data, machine, empty) : draftOf(search, drivers.data ?? [], empty);
  }, [standing.data, machine, say, search, drivers.data]);
  const error = drivers.error ?? outline.error ?? standing.error;
  if (error) return <ProblemNotice error={error} onRetry={() => void Promise.all([drivers.refetch(), outline.refetch()])} />;
  if (!drivers.data || !outline.data || (connection !== undefined && !standing.data)) return <Waiting lines={8} />;
  return <Wizard key={`${connection ?? ""} ${machine ?? ""}`} first={first} drivers={drivers.data} outline={outline.data} standing={connection === undefined ? null : standing.data ?? null} />;
}
