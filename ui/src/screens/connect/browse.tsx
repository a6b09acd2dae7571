// What the device says it has, folder by folder; a signal is taken with one press.
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

const signalOf = (found: Found): Signal => ({ ...newSignal(), property: propertyOf(found.name.split(".").slice(-1)[0] ?? found.name), address: found.address, kind: KINDS.find((kind) => kind === found.kind) ?? "" });

interface BranchProps { link: string; address: string | null; taken: ReadonlySet<string>; onTake: (signal: Signal) => void }
function Branch({ link, address, taken, onTake }: BranchProps) {
  const say = useWords(words);
  const { data, error, isPending, refetch } = useQuery(browseQuery(link, address));
  if (error) return <ProblemNotice error={error} onRetry={() => void refetch()} compact />;
  if (isPending) return <Waiting lines={2} />;
  if (data.length === 0) return <p className={css.small}>{say("nothingBelow")}</p>;
  return <ul className={css.branch}>{data.map((found) => <Twig key={found.address} found={found} link={link} taken={taken} onTake={onTake} />)}</ul>;
}

function Twig({ found, link, taken, onTake }: Omit<BranchProps, "address"> & { found: Found }) {
  const say = useWords(words);
  const [isOpen, setOpen] = useState(false);
  const isTaken = taken.has(found.address);
  return (
    <li>
      <span className={css.twig}>
        <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} data-testid="browse-open"><Icon name={isOpen ? "down" : "chevron"} size={15} /><span translate="no">{found.name || found.address}</span></button>
        {!found.is_folder && <button type="button" className="link" disabled={isTaken} onClick={() => onTake(signalOf(found))} aria-label={say("takeOne", { name: found.name })} data-testid="browse-take">{say(isTaken ? "takenSignal" : "takeSignal")}</button>}
        <span className={`mono ${css.small}`} translate="no">{found.address}</span>
      </span>
      {isOpen && <Branch link={link} address={found.address} taken={taken} onTake={onTake} />}
    </li>
  );
}

export default function Browse({ draft, onTake }: { draft: Draft; onTake: (signal: Signal) => void }) {
  const say = useWords(words);
  const taken = new Set(draft.signals.map((signal) => signal.address));
  return <Panel title={say("browse")} testid="browse-tree"><Branch link={JSON.stringify(linkOf(draft))} address={null} taken={taken} onTake={onTake} /></Panel>;
}
