// How a link fares now, in figures: what was not measured is a dash, what should be nought is marked when it is not.
import type { ReactNode } from "react";
import type { Connection } from "@/api/types";
import { Panel } from "@/design/panel";
import css from "@/screens/connection/connection.module.css";
import { words } from "@/screens/connection/words";
import { Lasting, Num, Ratio, Running, When } from "@/show/show";
import { StateSign } from "@/states/sign";
import { useWords } from "@/words/words";

interface FactProps { name: string; children: ReactNode; testid?: string; alarm?: boolean }
function Fact({ name, children, testid, alarm = false }: FactProps) {
  return <div><dt>{name}</dt><dd data-testid={testid} data-alarm={alarm}>{children}</dd></div>;
}

export function Health({ connection: link }: { connection: Connection }) {
  const say = useWords(words);
  const state = link.state ?? (link.up ? "up" : "down");
  return (
    <Panel title={say("health")} testid="link-health">
      <div className="live">
        <span className={css.state} data-up={link.up}><StateSign sign={link.up ? "run" : "cut"} tone={link.up ? "normal" : "fault"} />{say(state)} <Running since={link.since} /></span>
        {!link.up && link.cause && <p className={css.cause} translate="no">{link.cause}</p>}
        <dl className={css.facts}>
          <Fact name={say("rtt50")} testid="rtt-p50"><Lasting us={link.rtt_p50_us} /></Fact>
          <Fact name={say("rtt99")} testid="rtt-p99"><Lasting us={link.rtt_p99_us} /></Fact>
          <Fact name={say("reads")} testid="reads"><Num value={link.reads_per_s} digits={1} /></Fact>
          <Fact name={say("samples")}><Num value={link.samples_per_s} digits={1} /></Fact>
          <Fact name={say("badRatio")} testid="bad-ratio" alarm={(link.bad_ratio ?? 0) > 0}><Ratio value={link.bad_ratio} /></Fact>
          <Fact name={say("points")} alarm={(link.points_bad ?? 0) > 0}><Num value={link.points_bad} /></Fact>
          <Fact name={say("lag")} testid="lag"><Lasting us={link.lag_us} /></Fact>
          <Fact name={say("held")} testid="held-ratio" alarm={(link.held_ratio ?? 0) > 0}><Ratio value={link.held_ratio} /></Fact>
          <Fact name={say("clock")}><Lasting us={link.clock_offset_us} /></Fact>
          <Fact name={say("overruns")} testid="overruns" alarm={(link.overruns ?? 0) > 0}><Num value={link.overruns} /></Fact>
          <Fact name={say("demotions")} testid="demotions" alarm={(link.demotions ?? 0) > 0}><Num value={link.demotions} /></Fact>
          <Fact name={say("reconnects")}><Num value={link.reconnects} /></Fact>
          <Fact name={say("lost")} alarm={(link.lost_samples ?? 0) > 0}><Num value={link.lost_samples} /></Fact>
          <Fact name={say("waiting")} testid="waiting" alarm={link.waiting_since != null && (link.waiting ?? 0) > 0}><Num value={link.waiting} />{link.waiting_since && <> <span className="quiet">{say("oldest")} <Running since={link.waiting_since} /></span></>}</Fact>
          <Fact name={say("refused")} testid="refused" alarm={(link.refused ?? 0) > 0}><Num value={link.refused} />{link.refused_why && <> <span className="quiet" translate="no">{link.refused_why}</span></>}</Fact>
          <Fact name={say("goodThrough")}>{link.good_through ? <When at={link.good_through} as="second" /> : say("never")}</Fact>
          <Fact name={say("endpoint")}><span className="mono">{link.endpoint}</span>{link.insecure && <> <span className="quiet">{say("notEncrypted")}</span></>}</Fact>
        </dl>
      </div>
    </Panel>
  );
}
