// Find devices: name where to look, see how far it is, connect what answers; one search at a time.
import { Button, Checkbox, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem } from "@/api/problem";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import connect from "@/screens/connect/connect.module.css";
import { findingQuery, type Search, useEnd, useFind, type Way } from "@/screens/find-devices/api";
import { type Choice, NO_CHOICE, rangesOf, waysOf, wrongPorts } from "@/screens/find-devices/asked";
import css from "@/screens/find-devices/find-devices.module.css";
import { Results } from "@/screens/find-devices/results";
import { words } from "@/screens/find-devices/words";
import { Go } from "@/view/place";
import { useWords } from "@/words/words";

interface WaysProps { ways: readonly Way[]; choice: Choice; put: (part: Partial<Choice>) => void }
function Ways({ ways, choice, put }: WaysProps) {
  const say = useWords(words);
  const wrong = wrongPorts(choice, ways);
  const turn = (name: string) => put({ dropped: choice.dropped.includes(name) ? choice.dropped.filter((one) => one !== name) : [...choice.dropped, name] });
  return (
    <fieldset className={css.ways}>
      <legend>{say("how")}</legend>
      {ways.map((way) => {
        const isDropped = choice.dropped.includes(way.name);
        return (
          <div key={way.name} className={css.way}>
            <Checkbox label={way.title} checked={!isDropped} onChange={() => turn(way.name)} data-testid={`way-${way.name}`} />
            <TextInput size="sm" aria-label={say("ports", { way: way.title })} value={choice.ports[way.name] ?? way.ports.join(", ")} onChange={(event) => put({ ports: { ...choice.ports, [way.name]: event.currentTarget.value } })} disabled={isDropped} error={wrong.includes(way.name) ? say("portsWrong") : undefined} inputMode="numeric" autoComplete="off" data-testid={`ports-${way.name}`} />
          </div>
        );
      })}
    </fieldset>
  );
}

function Form({ ways, isRunning }: { ways: readonly Way[]; isRunning: boolean }) {
  const say = useWords(words);
  const [choice, setChoice] = useState<Choice>(NO_CHOICE);
  const [agreed, setAgreed] = useState(false);
  const find = useFind();
  const problem = find.error && asProblem(find.error);
  const isMany = problem?.code === "discover-many";
  const put = (part: Partial<Choice>) => { setChoice((before) => ({ ...before, ...part })); setAgreed(false); if (!find.isPending) find.reset(); };
  const asked = waysOf(choice, ways);
  const isReady = rangesOf(choice).length > 0 && Object.keys(asked).length > 0 && wrongPorts(choice, ways).length === 0 && (!isMany || agreed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !isRunning) find.mutate({ ranges: rangesOf(choice), ways: asked, units: choice.units, agreed });
  };
  return (
    <Panel title={say("where")}>
      <form className={css.form} onSubmit={submit}>
        <p className="quiet">{say("why")}</p>
        <div className={css.pair}>
          <Textarea label={say("ranges")} description={say("rangesHint")} value={choice.ranges} onChange={(event) => put({ ranges: event.currentTarget.value })} autosize minRows={2} maxRows={6} spellCheck={false} classNames={{ input: "mono" }} required data-testid="ranges" />
          <TextInput label={say("units")} description={say("unitsHint")} value={choice.units} onChange={(event) => put({ units: event.currentTarget.value })} autoComplete="off" data-testid="units" />
        </div>
        <Ways ways={ways} choice={choice} put={put} />
        {isMany && <Checkbox label={say("agree", { what: problem.detail ?? "" })} checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} data-testid="agree" />}
        {find.error && !isMany && <ProblemNotice error={find.error} compact />}
        <div className={connect.test}><Button type="submit" disabled={!isReady || isRunning} loading={find.isPending} data-testid="find">{say("find")}</Button><span className={connect.small}>{say("gentle")}</span></div>
      </form>
    </Panel>
  );
}

function Progress({ search }: { search: Search }) {
  const say = useWords(words);
  const end = useEnd();
  const facts = { asked: search.asked, hosts: search.hosts, connections: search.connections };
  const text = say({ running: "running", done: "done", stopped: "ended", failed: "failed" }[search.state] as "running", facts);
  return (
    <Panel testid="search" title={text}>
      <div className={css.form} data-state={search.state} data-testid="search-state">
        {search.state === "running" && <progress className={css.progress} value={search.asked} max={search.hosts} aria-label={text} />}
        <p className={connect.small}>{say("by", { name: search.by, ranges: search.ranges.join(", ") })}</p>
        {search.unasked > 0 && search.state !== "running" && <p className={connect.small}>{say("unasked", { n: search.unasked })}</p>}
        {search.state === "running" && <div><Button variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)} data-testid="end-search">{say("end")}</Button></div>}
        {end.error && <ProblemNotice error={end.error} compact />}
      </div>
    </Panel>
  );
}

export default function FindDevices() {
  const say = useWords(words);
  const { data, error, refetch } = useQuery(findingQuery());
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting lines={8} />;
  const { search, ways } = data;
  return (
    <div className={connect.page} data-testid="find-devices">
      <div className={connect.titleRow}><h1>{say("title")}</h1><Go to="/connections" className="link">{say("back")}</Go></div>
      <Form ways={ways} isRunning={search?.state === "running"} />
      {search ? <><Progress search={search} /><Results search={search} ways={ways} /></> : <Panel><Empty icon="search" title={say("first")} compact /></Panel>}
    </div>
  );
}
