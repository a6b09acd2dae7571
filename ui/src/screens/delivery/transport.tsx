// The stream over NATS and the workers that store what comes by it; where there is none, that stands here.
import { useQuery } from "@tanstack/react-query";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import css from "@/installation/installation.module.css";
import { type StreamState, type Transport, transportQuery, type WorkerState } from "@/installation/queries";
import { type Column, Said, TablePanel } from "@/installation/table";
import { VerdictSign } from "@/installation/verdict";
import { words } from "@/screens/delivery/words";
import { formatBytes } from "@/show/format";
import { Num, When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** On how many servers the stream lies; one that is missing, or a stream that nobody leads, is said with what to do. */
function Kept({ stream }: { stream: StreamState }) {
  const say = useWords(words);
  const text = say("copiesOf", { n: stream.replicas_current, all: stream.replicas, leader: stream.leader || "–" });
  if (!stream.leader) return <VerdictSign verdict="ill" text={say("noLeader")} />;
  if (stream.replicas_current < stream.replicas) return <><VerdictSign verdict="look" text={text} /><Said small>{`→ ${say("startMissing")}`}</Said></>;
  return <VerdictSign verdict="well" text={text} />;
}

function Facts({ found }: { found: Transport }) {
  const say = useWords(words);
  const language = useLanguage();
  const { stream, orphans } = found;
  return (
    <dl className={css.facts}>
      {stream && <><dt>{say("waiting")}</dt><dd>{say("waitingOf", { n: stream.messages, bytes: formatBytes(stream.bytes, language), most: formatBytes(stream.bytes_max || null, language) })}</dd></>}
      {stream && <><dt>{say("copies")}</dt><dd><Kept stream={stream} /></dd></>}
      <dt>{say("onDisk")}</dt><dd><Num value={found.on_disk} /></dd>
      <dt>{say("again")}</dt><dd><Num value={found.sent_again} /></dd>
      <dt>{say("orphans")}</dt><dd>{orphans.length ? <VerdictSign verdict="look" text={say("shards", { list: orphans.join(", ") })} /> : say("noOrphans")}</dd>
    </dl>
  );
}

function useColumns(): Column<WorkerState>[] {
  const say = useWords(words);
  return [
    { key: "worker", head: say("worker"), value: (one) => one.name, as: (one) => <span translate="no">{one.name}<span className={css.small}>{one.host}</span></span> },
    { key: "host", head: "", value: (one) => one.host, onlyFile: true },
    { key: "alive", head: say("state"), value: (one) => one.alive, as: (one) => <VerdictSign verdict={one.alive ? "well" : "look"} text={say(one.alive ? "alive" : "gone")} /> },
    { key: "since", head: say("since"), value: (one) => one.since, as: (one) => <When at={one.since} as="full" /> },
    { key: "shards", head: say("share"), value: (one) => one.shards.join(" "), as: (one) => <Num value={one.shards.length} />, right: true },
    { key: "samples", head: say("samples"), value: (one) => one.samples, as: (one) => <Num value={one.samples} />, right: true },
    { key: "redelivered", head: say("redelivered"), value: (one) => one.redelivered, as: (one) => <Num value={one.redelivered} />, right: true },
    { key: "refused", head: say("refused"), value: (one) => one.refused, as: (one) => <Num value={one.refused} />, right: true },
  ];
}

export function TransportPanels() {
  const say = useWords(words);
  const columns = useColumns();
  const { data, error, isPending, refetch } = useQuery(transportQuery());
  const noWorkers = data?.workers.length === 0 && <Empty compact title={say("noWorkers")} hint={say("noWorkersHint")} />;
  return (
    <>
      <Panel title={say("transport")} testid="transport">
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
        {isPending && <Waiting lines={2} />}
        {data?.fault && <p className={css.warning}><VerdictSign verdict="ill" text={say("fault")} /><Said>{data.fault}</Said></p>}
        {data?.used ? <Facts found={data} /> : data && <Empty compact icon="check" title={say("direct")} hint={say("directHint")} />}
      </Panel>
      {data?.used && <TablePanel name="workers" title={say("workers")} columns={columns} rows={data.workers} keyOf={(one) => one.name} toneOf={(one) => (one.alive ? "well" : "look")} above={noWorkers} />}
    </>
  );
}
