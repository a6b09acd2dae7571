// What the device says it has, folder by folder; a signal is taken with one press, or all that are shown of a folder at once.
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { browseQuery, type Found } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { type Draft, KINDS, linkOf, newSignal, propertyOf, type Signal } from "@/screens/connect/draft";
import { words } from "@/screens/connect/words";
import { useWords } from "@/words/words";

const signalOf = (found: Found): Signal => ({ ...newSignal(), property: propertyOf(found.name.split(".").slice(-1)[0] ?? found.name), address: found.address, kind: KINDS.find((kind) => kind === found.kind) ?? "", unit: found.unit ?? "" });

/** What is shown of a folder: every folder in it, and the signals whose name or address has the words that are looked for. */
export const shownOf = (found: readonly Found[], wanted: string): Found[] => found.filter((one) => one.is_folder || `${one.name} ${one.address}`.toLowerCase().includes(wanted.trim().toLowerCase()));

interface BranchProps { link: string; address: string | null; wanted: string; taken: ReadonlySet<string>; onTake: (signals: readonly Signal[]) => void }
function Branch({ link, address, wanted, taken, onTake }: BranchProps) {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery(browseQuery(link, address));
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending) return <Waiting lines={2} />;
  if (data.length === 0) return <p className={css.small}>{say("nothingBelow")}</p>;
  const shown = shownOf(data, wanted);
  const free = shown.filter((found) => !found.is_folder && !taken.has(found.address));
  return (
    <ul className={css.branch}>
      {free.length > 1 && <li><button type="button" className={css.take} onClick={() => onTake(free.map(signalOf))} data-testid="browse-take-all">{say("takeAll", { n: free.length })}</button></li>}
      {shown.map((found) => <Twig key={found.address} found={found} link={link} wanted={wanted} taken={taken} onTake={onTake} />)}
      {shown.length === 0 && <li className={css.small}>{say("noneSo")}</li>}
    </ul>
  );
}

function Twig({ found, link, wanted, taken, onTake }: Omit<BranchProps, "address"> & { found: Found }) {
  const say = useWords(words);
  const [isOpen, setOpen] = useState(false);
  const isTaken = taken.has(found.address);
  return (
    <li>
      <span className={css.twig}>
        <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} data-testid="browse-open"><Icon name={isOpen ? "down" : "chevron"} size={15} /><span translate="no">{found.name || found.address}</span></button>
        {!found.is_folder && <button type="button" className={css.take} disabled={isTaken} onClick={() => onTake([signalOf(found)])} aria-label={say("takeOne", { name: found.name })} data-testid="browse-take">{say(isTaken ? "takenSignal" : "takeSignal")}</button>}
        <span className={`mono ${css.small}`} translate="no">{found.address}</span>
      </span>
      {isOpen && <Branch link={link} address={found.address} wanted={wanted} taken={taken} onTake={onTake} />}
    </li>
  );
}

export default function Browse({ draft, onTake }: { draft: Draft; onTake: (signals: readonly Signal[]) => void }) {
  const say = useWords(words);
  const [wanted, setWanted] = useState("");
  const taken = new Set(draft.signals.map((signal) => signal.address));
  return (
    <Panel title={say("browse")} testid="browse-tree">
      <TextInput type="search" size="sm" maw={360} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} placeholder={say("browseFind")} aria-label={say("browseFind")} data-testid="browse-find" />
      <Branch link={JSON.stringify(linkOf(draft))} address={null} wanted={wanted} taken={taken} onTake={onTake} />
    </Panel>
  );
}
