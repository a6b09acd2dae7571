// When the link was up or down in a period: totals, a band over time, and the outages with their causes.
import { useElementSize } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { linkHistoryQuery, linkTotalsQuery } from "@/api/queries";
import type { LinkPeriod, LinkTotals } from "@/api/types";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { useNowMs } from "@/live/now";
import { piecesOf } from "@/screens/connection/band";
import css from "@/screens/connection/connection.module.css";
import { words } from "@/screens/connection/words";
import { formatMoment } from "@/show/format";
import { Lasting, Num, Ratio, useReader, When } from "@/show/show";
import { ticks } from "@/timeline/axis";
import { soFar, type Window } from "@/view/period";
import { useWords } from "@/words/words";

const ASK_AGAIN_MS = 10_000;

function Totals({ totals }: { totals: LinkTotals }) {
  const say = useWords(words);
  return (
    <dl className={css.totals} data-testid="totals">
      <div><dt>{say("availability")}</dt><dd data-testid="availability"><Ratio value={totals.availability} digits={2} /></dd></div>
      <div><dt>{say("outages")}</dt><dd data-testid="outages"><Num value={totals.outages} /></dd></div>
      <div><dt>{say("longest")}</dt><dd><Lasting us={totals.longest_us} /></dd></div>
      <div><dt>{say("downTime")}</dt><dd><Lasting us={totals.down_us} /></dd></div>
      <div><dt>{say("observed")}</dt><dd><Lasting us={totals.observed_us} /></dd></div>
    </dl>
  );
}

interface BandProps { name: string; periods: readonly LinkPeriod[]; window: Window; outages: number }
function Band({ name, periods, window, outages }: BandProps) {
  const say = useWords(words);
  const reader = useReader();
  const { ref, width } = useElementSize();
  const nowMs = useNowMs();
  const [start, end] = [window.t0, window.t1].map((ms) => formatMoment(ms, "minute", reader)) as [string, string];
  const at = (ms: number) => ((ms - window.t0) / (window.t1 - window.t0)) * 100;
  return (
    <div ref={ref}>
      <div className={css.band} role="img" aria-label={say("band", { name, start, end, outages })} data-testid="band">
        {piecesOf(periods, window, nowMs).map((piece) => <span key={piece.key} className={css.piece} data-state={piece.state} style={{ left: `${piece.left}%`, width: `${piece.width}%` }} />)}
      </div>
      <div className={css.axis} aria-hidden="true">
        {ticks(window.t0, window.t1, { width: width || 600, zone: reader.zone }).filter(({ ms }) => at(ms) > 3 && at(ms) < 97).map(({ ms, style }) => <span key={ms} style={{ left: `${at(ms)}%` }}>{formatMoment(ms, style, reader)}</span>)}
      </div>
    </div>
  );
}

function Legend() {
  const say = useWords(words);
  return (
    <span className={css.legend}>
      <span><span className={css.swatch}><span className={css.piece} data-state="up" /></span>{say("legendUp")}</span>
      <span><span className={css.swatch}><span className={css.piece} data-state="down" /></span>{say("legendDown")}</span>
      <span><span className={css.swatch} />{say("legendUnknown")}</span>
    </span>
  );
}

function Outage({ period }: { period: LinkPeriod }) {
  const say = useWords(words);
  const nowMs = useNowMs();
  return (
    <tr data-testid="outage">
      <td><When at={period.start} as="full" /></td>
      <td>{period.end ? <When at={period.end} as="full" /> : say("still")}</td>
      <td className={css.right}><Lasting us={period.duration_us ?? Math.floor((nowMs - Date.parse(period.start)) / 1000) * 1_000_000} /></td>
      <td className={css.why} data-testid="outage-cause">
        {period.causes.map(({ at, cause }, i) => <div key={at}>{i > 0 && <><When at={at} as="second" /> </>}<span translate="no">{cause}</span></div>)}
      </td>
      <td>{period.alerted && say("toldYes")}</td>
    </tr>
  );
}

function Outages({ outages }: { outages: readonly LinkPeriod[] }) {
  const say = useWords(words);
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("outageList")}>
      <table className={css.table}>
        <thead><tr>{(["start", "end", "duration", "cause", "told"] as const).map((key) => <th key={key} scope="col" className={key === "duration" ? css.right : undefined}>{say(key)}</th>)}</tr></thead>
        <tbody>{outages.map((period) => <Outage key={period.start} period={period} />)}</tbody>
      </table>
    </div>
  );
}

export function History({ name, window, isAsked }: { name: string; window: Window; isAsked: boolean }) {
  const say = useWords(words);
  const span = soFar(window, useNowMs(), ASK_AGAIN_MS);
  const { data, error, isPending, refetch } = useQuery({ ...linkHistoryQuery(name, span), placeholderData: keepPreviousData, enabled: isAsked });
  const totals = useQuery({ ...linkTotalsQuery(name, span), placeholderData: keepPreviousData, enabled: isAsked }).data;
  const outages = (data ?? []).filter((period) => period.state === "down");
  return (
    <>
      <Panel title={say("history")} tools={<Legend />} testid="link-history">
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
        {!error && isPending && <Waiting lines={4} />}
        {totals && <Totals totals={totals} />}
        {data && data.length > 0 && <Band name={name} periods={data} window={window} outages={outages.length} />}
        {data?.length === 0 && <Empty compact icon="clock" title={say("nothing")} hint={say("nothingHint")} />}
      </Panel>
      {data && data.length > 0 && <Panel title={say("outageList")} flush>{outages.length > 0 ? <Outages outages={outages} /> : <Empty compact icon="check" title={say("none")} hint={say("noneHint")} />}</Panel>}
    </>
  );
}
