// Expected = stored + duplicate + refused + declared gap, for every source and lane, and the way on which samples come.
import { useQuery } from "@tanstack/react-query";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { InstallationPage } from "@/installation/frame";
import css from "@/installation/installation.module.css";
import { type Account, deliveryQuery } from "@/installation/queries";
import { type Column, TablePanel } from "@/installation/table";
import { VerdictSign } from "@/installation/verdict";
import { surplusOf } from "@/screens/delivery/sum";
import { TransportPanels } from "@/screens/delivery/transport";
import { words } from "@/screens/delivery/words";
import { Num } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const COUNTS = ["expected", "stored", "duplicate", "refused", "gap"] as const;

function Sum({ account }: { account: Account }) {
  const say = useWords(words);
  const surplus = surplusOf(account);
  if (surplus === 0) return <VerdictSign verdict="well" text={say("balanced")} />;
  return <VerdictSign verdict="ill" text={say(surplus > 0 ? "uneven" : "short", { n: Math.abs(surplus) })} />;
}

function Frames({ account }: { account: Account }) {
  const say = useWords(words);
  const { frames_repeated: again, frames_missing: missing } = account;
  return (
    <>
      <Num value={account.frames} />
      {again > 0 && <span className={css.small}>{say("repeated", { n: again })}</span>}
      {missing > 0 && <span className={css.small}>{say("missing", { n: missing })}</span>}
    </>
  );
}

function useColumns(): Column<Account>[] {
  const say = useWords(words);
  const language = useLanguage();
  return [
    { key: "source", head: say("source"), value: (one) => one.source, as: (one) => <span translate="no">{one.source}</span> },
    { key: "lane", head: say("lane"), value: (one) => one.lane, as: (one) => wordFor(words, language, one.lane) },
    ...COUNTS.map((key): Column<Account> => ({ key, head: say(key), value: (one) => one[key], as: (one) => <Num value={one[key]} />, right: true })),
    { key: "frames", head: say("frames"), value: (one) => one.frames, as: (one) => <Frames account={one} />, right: true },
    { key: "frames_repeated", head: "", value: (one) => one.frames_repeated, onlyFile: true },
    { key: "frames_missing", head: "", value: (one) => one.frames_missing, onlyFile: true },
    { key: "balanced", head: say("sum"), value: (one) => one.balanced, as: (one) => <Sum account={one} /> },
  ];
}

function Rule({ accounts }: { accounts: readonly Account[] }) {
  const say = useWords(words);
  const uneven = accounts.filter((one) => !one.balanced).map((one) => `${one.source} (${one.lane})`);
  return <p className={css.sum} role="status" data-testid="delivery-rule" data-holds={uneven.length === 0}>{say("rule")} {uneven.length ? say("holdsNot", { sources: uneven.join(", ") }) : say("holds")}</p>;
}

export default function Delivery() {
  const say = useWords(words);
  const columns = useColumns();
  const { data, error, isPending, refetch } = useQuery(deliveryQuery());
  const above = (
    <>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={4} />}
      {data?.items.length === 0 && <Empty title={say("none")} hint={say("noneHint")} />}
    </>
  );
  return (
    <InstallationPage help={say("help")}>
      <TablePanel name="delivery" title={say("account")} columns={columns} rows={data?.items} keyOf={(one) => `${one.source} ${one.lane}`} toneOf={(one) => (one.balanced ? "well" : "ill")} above={above} below={data && data.items.length > 0 && <Rule accounts={data.items} />} />
      <TransportPanels />
    </InstallationPage>
  );
}
