// What ails the installation, live: the worst first, each with who can mend it.
import { Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { InstallationPage } from "@/installation/frame";
import css from "@/installation/installation.module.css";
import { type Diagnosis, doctorQuery, type Disk, type Finding } from "@/installation/queries";
import { type Column, Said, TablePanel } from "@/installation/table";
import { VerdictSign } from "@/installation/verdict";
import { words as shared } from "@/installation/words";
import { subjects, words } from "@/screens/installation/words";
import { formatBytes } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const LONG_DAYS = 3_652; // who knows a disk for longer?
const WORST = { ill: 0, look: 1, well: 2 } as const;

function DiskFacts({ disk }: { disk: Disk }) {
  const say = useWords(words);
  const language = useLanguage();
  const lasting = (days: number | null) => (days === null ? say("daysUnknown") : days > LONG_DAYS ? say("years") : say("days", { n: Math.floor(days) }));
  return (
    <Panel title={say("disk")} testid="disk">
      <dl className={css.facts}>
        <dt>{say("free")}</dt><dd>{say("freeOf", { free: formatBytes(disk.free, language), total: formatBytes(disk.total, language) })}</dd>
        <dt>{say("lasts")}</dt><dd>{lasting(disk.days)}</dd>
        <dt>{say("reserve")}</dt><dd>{disk.ballast ? <VerdictSign verdict="well" text={say("kept")} /> : <VerdictSign verdict="look" text={say("letGo")} />}</dd>
      </dl>
    </Panel>
  );
}

function useColumns(): Column<Finding>[] {
  const say = useWords(words);
  const sayShared = useWords(shared);
  const language = useLanguage();
  return [
    { key: "subject", head: say("subject"), value: (one) => one.id, as: (one) => wordFor(subjects, language, one.id) },
    { key: "verdict", head: say("verdict"), value: (one) => one.verdict, as: (one) => <VerdictSign verdict={one.verdict} /> },
    { key: "says", head: say("says"), value: (one) => one.says, as: (one) => <><Said>{one.says}</Said>{one.how && <Said small>{`→ ${one.how}`}</Said>}</> },
    { key: "who", head: say("who"), value: (one) => one.who, as: (one) => <span data-testid="who">{one.who in shared.en ? sayShared(one.who as "nobody") : one.who}</span> },
    { key: "how", head: say("how"), value: (one) => one.how, onlyFile: true },
  ];
}

function Summary({ found }: { found: Diagnosis }) {
  const say = useWords(words);
  const count = (verdict: Finding["verdict"]) => found.findings.filter((one) => one.verdict === verdict).length;
  return <p className={css.sum} role="status" data-testid="findings-summary">{say("summary", { ill: count("ill"), look: count("look"), well: count("well") })}</p>;
}

export default function Health() {
  const say = useWords(words);
  const [hardening, setHardening] = useState(false);
  const [trouble, setTrouble] = useState(false);
  const columns = useColumns();
  const { data, error, isPending, refetch } = useQuery(doctorQuery(hardening));
  const rows = data?.findings.filter((one) => !trouble || one.verdict !== "well").map((one, n) => ({ ...one, n })).sort((a, b) => WORST[a.verdict] - WORST[b.verdict] || a.n - b.n);
  const above = (
    <>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={8} />}
      {rows?.length === 0 && <Empty icon="check" title={say("allWell")} hint={say("allWellHint", { n: data?.findings.length ?? 0 })} />}
    </>
  );
  const tools = (
    <>
      <Switch size="xs" label={say("onlyTrouble")} checked={trouble} onChange={(event) => setTrouble(event.currentTarget.checked)} data-testid="only-trouble" />
      <Switch size="xs" label={say("hardening")} checked={hardening} onChange={(event) => setHardening(event.currentTarget.checked)} data-testid="hardening" />
    </>
  );
  return (
    <InstallationPage help={say("help")}>
      {data && <DiskFacts disk={data.disk} />}
      <TablePanel name="findings" title={say("findings")} columns={columns} rows={rows} keyOf={(one) => `${one.id} ${one.says}`} toneOf={(one) => one.verdict} tools={tools} above={above} below={data && <Summary found={data} />} />
    </InstallationPage>
  );
}
