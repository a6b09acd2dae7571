// Where else all of this lies: backups of the whole installation, and copies of its samples for the enterprise.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { change } from "@/api/client";
import { useJobs } from "@/app/jobs-indicator";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { showToast } from "@/design/toast";
import { InstallationPage } from "@/installation/frame";
import css from "@/installation/installation.module.css";
import { type Backup, type BackupStatus, backupsQuery, backupStatusQuery, type Copy, copiesQuery } from "@/installation/queries";
import { type Column, Said, TablePanel } from "@/installation/table";
import { VerdictSign } from "@/installation/verdict";
import { words as shared } from "@/installation/words";
import { words } from "@/screens/copies/words";
import { formatMoment } from "@/show/format";
import { Num, Size, useReader, When } from "@/show/show";
import { useWords } from "@/words/words";

const TONES = { equal: "well", behind: "look", failing: "ill" } as const;
const OURS = ["Backup", "Check of backups"]; // what the server calls this work

function useBegin(path: string, told: "begun" | "checkBegun") {
  const say = useWords(words);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => change("POST", path),
    onSuccess: () => {
      showToast({ text: `${say(told)}. ${say("beginHint")}` });
      void queries.invalidateQueries({ queryKey: ["/backups"] });
    },
  });
}

/** When a backup was last made and when one last came back, and by when each should be done again. */
function Due({ status }: { status: BackupStatus }) {
  const say = useWords(words);
  const reader = useReader();
  const { last_made: made, proof } = status;
  const due = (at: string | null, overdue: boolean) => (
    <dd><VerdictSign verdict={overdue ? "look" : "well"} text={at === null ? say("dueNow") : say(overdue ? "wasDue" : "dueBy", { when: formatMoment(Date.parse(at), "full", reader) })} /></dd>
  );
  return (
    <Panel title={say("whenDue")} testid="backup-status">
      <dl className={css.facts}>
        <dt>{say("lastMade")}</dt><dd>{made === null ? say("neverMade") : <When at={made} as="full" />}</dd>
        <dt>{say("nextBackup")}</dt>{due(status.next_backup, status.backup_overdue)}
        <dt>{say("lastProven")}</dt><dd>{proof === null ? say("neverProven") : <><When at={proof.at} as="full" /> <span className={css.small}>{say("provenOf")} <When at={proof.made} as="full" /> · {proof.by}</span></>}</dd>
        <dt>{say("nextProof")}</dt>{due(status.next_proof, status.proof_overdue)}
      </dl>
      <p className={css.small}>{say("proof")}</p>
    </Panel>
  );
}

function Backups() {
  const say = useWords(words);
  const sayShared = useWords(shared);
  const { data, error, isPending, refetch } = useQuery(backupsQuery());
  const status = useQuery(backupStatusQuery());
  const make = useBegin("/backups", "begun");
  const check = useBegin("/backups/check", "checkBegun");
  const work = useJobs().filter((one) => OURS.includes(one.title)).at(-1);
  const isBusy = work?.state === "running";
  const columns: Column<Backup>[] = [
    { key: "made", head: say("made"), value: (one) => one.made, as: (one) => <When at={one.made} as="full" /> },
    { key: "version", head: say("version"), value: (one) => one.version },
    { key: "bytes", head: say("size"), value: (one) => one.bytes, as: (one) => <Size bytes={one.bytes} />, right: true },
    { key: "rows", head: say("rows"), value: (one) => one.rows, as: (one) => (one.rows === null ? <span className={css.small}>{say("sealed")}</span> : <Num value={one.rows} />), right: true },
    { key: "encrypted", head: say("encrypted"), value: (one) => one.encrypted, as: (one) => sayShared(one.encrypted ? "yes" : "no") },
    { key: "proven", head: say("proven"), value: (one) => one.proven, as: (one) => (one.proven === null ? "–" : <When at={one.proven} as="full" />) },
    { key: "folder", head: say("folder"), value: (one) => one.folder, as: (one) => <span className={css.text} translate="no">{one.folder}</span> },
  ];
  const tools = (
    <>
      <Button size="xs" variant="default" loading={check.isPending} disabled={isBusy || !data?.items.some((one) => one.encrypted)} onClick={() => check.mutate()} data-testid="backup-check">{say("check")}</Button>
      <Button size="xs" loading={make.isPending} disabled={isBusy} onClick={() => make.mutate()} data-testid="backup-make">{say("make")}</Button>
    </>
  );
  const trouble = error ?? status.error ?? make.error ?? check.error;
  const above = (
    <>
      {trouble && <ProblemNotice error={trouble} onRetry={() => void refetch()} compact />}
      {work?.state === "failed" && <p className={css.warning} role="alert"><VerdictSign verdict="ill" text={say("failed")} /><Said>{work.detail ?? work.title}</Said></p>}
      {isPending && <Waiting lines={3} />}
      {data?.items.length === 0 && <Empty title={say("noBackups")} hint={say("noBackupsHint")} />}
    </>
  );
  return (
    <>
      {status.data && <Due status={status.data} />}
      <TablePanel name="backups" title={say("backups")} columns={columns} rows={data?.items} keyOf={(one) => one.id} tools={tools} above={above} />
    </>
  );
}

function Elsewhere() {
  const say = useWords(words);
  const sayShared = useWords(shared);
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(copiesQuery());
  const compare = useMutation({
    mutationFn: (name: string) => change("POST", "/forwarding/run", { name }),
    onSuccess: (_, name) => {
      showToast({ text: say("compared", { name }) });
      void queries.invalidateQueries({ queryKey: ["/forwarding"] });
    },
  });
  const columns: Column<Copy>[] = [
    { key: "name", head: say("name"), value: (one) => one.name, as: (one) => <span translate="no">{one.name}</span> },
    { key: "to", head: say("to"), value: (one) => one.to, as: (one) => <span translate="no">{`${one.to} · ${one.host}`}</span> },
    { key: "state", head: say("state"), value: (one) => one.state, as: (one) => <><VerdictSign verdict={TONES[one.state]} text={say(one.state, { n: one.months_waiting })} />{one.cause && <Said small>{one.cause}</Said>}{one.hint && <Said small>{`→ ${one.hint}`}</Said>}</> },
    { key: "equal_as_of", head: say("equalAsOf"), value: (one) => one.equal_as_of, as: (one) => (one.equal_as_of === null ? sayShared("never") : <When at={one.equal_as_of} as="full" />) },
    { key: "tags", head: say("tags"), value: (one) => one.tags, as: (one) => <Num value={one.tags} />, right: true },
    { key: "samples", head: say("samples"), value: (one) => one.samples, as: (one) => <Num value={one.samples} />, right: true },
    { key: "mended_by", head: say("mendedBy"), value: (one) => one.mended_by, as: (one) => (one.mended_by !== null && one.mended_by in shared.en ? sayShared(one.mended_by as "nobody") : (one.mended_by ?? "–")) },
    { key: "cause", head: say("cause"), value: (one) => one.cause, as: (one) => <Button size="compact-xs" variant="default" onClick={() => compare.mutate(one.name)} aria-label={`${say("compare")}: ${one.name}`} data-testid="compare">{say("compare")}</Button> },
  ];
  const trouble = error ?? compare.error;
  const above = (
    <>
      {trouble && <ProblemNotice error={trouble} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={2} />}
      {data?.items.length === 0 && <Empty compact title={say("noCopies")} hint={say("noCopiesHint")} />}
    </>
  );
  return <TablePanel name="copies" title={say("elsewhere")} columns={columns} rows={data?.items} keyOf={(one) => one.name} toneOf={(one) => TONES[one.state]} above={above} />;
}

export default function Copies() {
  const say = useWords(words);
  return (
    <InstallationPage help={say("help")}>
      <Backups />
      <Elsewhere />
    </InstallationPage>
  );
}
