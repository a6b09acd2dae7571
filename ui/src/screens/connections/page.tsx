// Every link to a controller as a row: a lost link, a wrong clock or an open door must be seen at once.
import { Button, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Connection } from "@/api/types";
import { may, useMe } from "@/app/gate";
import { useConnections } from "@/connections/connections";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import css from "@/screens/connections/connections.module.css";
import { words } from "@/screens/connections/words";
import { formatDuration, formatNumber, formatRatio, NOTHING } from "@/show/format";
import { Lasting, Num, Running, When } from "@/show/show";
import { StateSign } from "@/states/sign";
import { connectionOf, Go } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const COLUMNS = ["name", "state", "endpoint", "goodThrough", "clock", "rate", "rtt", "lag", "trouble"] as const;
const NUMBERS: ReadonlySet<string> = new Set(["rate", "rtt", "lag"]);
const CLOCK_SAME_US = 1_000;
const CLOCK_TOLERATED_US = 1_000_000;

function Warning({ label, hint, testid }: { label: ReactNode; hint: string; testid: string }) {
  return (
    <Tooltip label={hint} multiline w={320} events={{ hover: true, focus: true, touch: true }}>
      <span className={css.warning} tabIndex={0} data-testid={testid}><Icon name={testid === "insecure" ? "unlocked" : "jam"} size={15} />{label}</span>
    </Tooltip>
  );
}

function Clock({ offsetUs }: { offsetUs: number | null }) {
  const say = useWords(words);
  const language = useLanguage();
  if (offsetUs === null) return <span>{NOTHING}</span>;
  if (Math.abs(offsetUs) < CLOCK_SAME_US) return <span>{say("inStep")}</span>;
  const time = formatDuration(Math.abs(offsetUs), language);
  const said = offsetUs < 0 ? say("behind", { time }) : say("ahead", { time });
  return Math.abs(offsetUs) > CLOCK_TOLERATED_US ? <Warning label={said} hint={say("clockHint")} testid="clock-offset" /> : <span className="num">{said}</span>;
}

function Troubles({ connection }: { connection: Connection }) {
  const say = useWords(words);
  const counted = [["reconnects", connection.reconnects], ["overruns", connection.overruns], ["demotions", connection.demotions], ["lost", connection.lost_samples], ["bad", connection.points_bad]] as const;
  const shown = counted.filter(([, n]) => (n ?? 0) > 0).map(([key, n]) => say(key, { n: n ?? 0 }));
  return <span className={css.small}>{shown.join(" · ")}</span>;
}

function Row({ connection }: { connection: Connection }) {
  const say = useWords(words);
  const language = useLanguage();
  return (
    <tr data-up={connection.up} data-testid={`connection-${connection.name}`}>
      <th scope="row"><Go to={connectionOf(connection.name)} className={css.name} testid="connection-link">{connection.name}</Go><span className={css.small}>{connection.driver}</span></th>
      <td>
        <span className={connection.up ? css.up : css.down} data-testid="link-state"><StateSign sign={connection.up ? "run" : "cut"} tone={connection.up ? "normal" : "fault"} />{say(connection.state ?? (connection.up ? "up" : "down"))}<span className={css.since}><Running since={connection.since} /></span></span>
        {!connection.up && connection.cause && <span className={css.cause} data-testid="cause">{connection.cause}</span>}
      </td>
      <td>
        <span className="mono">{connection.endpoint}</span>
        {connection.insecure && <Warning label={say("insecure")} hint={say("insecureHint")} testid="insecure" />}
      </td>
      <td data-testid="good-through">{connection.good_through ? <When at={connection.good_through} as={connection.up ? "second" : "full"} /> : say("never")}</td>
      <td><Clock offsetUs={connection.clock_offset_us} /></td>
      <td className={css.right}><Num value={connection.samples_per_s} digits={1} /><span className={css.under}>{say("reads", { n: formatNumber(connection.reads_per_s, language, 1) })}</span></td>
      <td className={css.right} data-testid="rtt"><Lasting us={connection.rtt_p50_us} /><span className={css.under}>{say("most", { time: formatDuration(connection.rtt_p99_us, language) })}</span></td>
      <td className={css.right} data-testid="lag"><Lasting us={connection.lag_us} /><span className={css.under} data-testid="bad-ratio">{say("badRatio", { share: formatRatio(connection.bad_ratio, language) })}</span></td>
      <td><Troubles connection={connection} /></td>
    </tr>
  );
}

export default function Connections() {
  const say = useWords(words);
  const { items, error, isPending, refetch } = useConnections();
  const add = may(useMe(), "plant.edit") && <Button component={Link} to="/connect" size="sm" data-testid="add-connection">{say("add")}</Button>;
  const find = may(useMe(), "system.manage") && <Button component={Link} to="/find-devices" variant="default" size="sm" data-testid="find-devices-link">{say("find")}</Button>;
  const sorted = [...(items ?? [])].sort((a, b) => Number(a.up) - Number(b.up) || a.name.localeCompare(b.name));
  return (
    <>
      <div className={css.titleRow}><h1>{say("title")}</h1>{items && <span className="quiet" data-testid="connections-summary">{say("summary", { up: items.filter((one) => one.up).length, all: items.length })}</span>}<span className={css.push}>{items?.length !== 0 && <>{find} {add}</>}</span></div>
      <Panel flush>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {isPending && <Waiting lines={5} />}
        {items?.length === 0 && <Empty icon="plug" title={say("none")} hint={say(add ? "noneHint" : "noneHintOther")} action={<>{add}{find}</>} />}
        {sorted.length > 0 && (
          <div className={css.box} tabIndex={0} role="region" aria-label={say("title")}>
            <table className={`live ${css.table}`} data-testid="connections">
              <thead><tr>{COLUMNS.map((key) => <th key={key} scope="col" className={NUMBERS.has(key) ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
              <tbody>{sorted.map((connection) => <Row key={connection.name} connection={connection} />)}</tbody>
            </table>
          </div>
        )}
      </Panel>
    </>
  );
}
