// What a restatement would make others: each definition from when to when, and every ledger that follows.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty } from "@/design/notice";
import { Panel } from "@/design/panel";
import type { Compared } from "@/screens/replay/api";
import { Figures } from "@/screens/replay/found";
import css from "@/screens/replay/replay.module.css";
import type { Changed, Ledger, Plan } from "@/screens/restate/api";
import { RestateDialog } from "@/screens/restate/dialogs";
import { words } from "@/screens/restate/words";
import { formatDuration, formatMoment } from "@/show/format";
import { useReader, When } from "@/show/show";
import { useWords } from "@/words/words";

function Definitions({ changes }: { changes: readonly Changed[] }) {
  const say = useWords(words);
  const rows = changes.flatMap((one) => one.stretches.flatMap((stretch) => stretch.fields.map(([what, was, would]) => ({ one, stretch, what, was, would }))));
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("found")}>
      <table className={css.table} data-testid="restate-changes">
        <thead><tr><th scope="col">{say("definition")}</th><th scope="col">{say("from")}</th><th scope="col">{say("to")}</th><th scope="col">{say("field")}</th><th scope="col">{say("was")}</th><th scope="col">{say("would")}</th></tr></thead>
        <tbody>
          {rows.map(({ one, stretch, what, was, would }) => (
            <tr key={`${one.section} ${one.key} ${stretch.start} ${what}`} data-testid="restate-change">
              <th scope="row">{say(one.section)} <span className="mono" translate="no">{one.key}</span></th>
              <td><When at={stretch.start} as="minute" /></td><td><When at={stretch.end} as="minute" /></td>
              <td className="mono" translate="no">{what}</td><td className="mono" translate="no">{was}</td><td className="mono" translate="no"><strong>{would}</strong></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LedgerPanel({ ledger }: { ledger: Ledger }) {
  const say = useWords(words);
  const reader = useReader();
  const { map } = useEquipment();
  const named = (one: Compared & { signed: boolean }) => {
    const shift = `${one.shift}, ${formatMoment(Date.parse(one.start), "minute", reader)}`;
    return one.signed ? say("stands", { shift }) : shift;
  };
  return (
    <Panel title={map.byId(ledger.equipment_id)?.name ?? ledger.path} tools={<span className="quiet mono">{ledger.path}</span>} flush testid={`restate-ledger-${ledger.path}`}>
      <p className={css.facts}>
        {ledger.moved_us > 0 && <span>{say("moved", { time: formatDuration(ledger.moved_us, reader.language) })}</span>}
        {ledger.slices_was !== ledger.slices_would && <span>{say("slices", { was: ledger.slices_was, would: ledger.slices_would })}</span>}
        {ledger.signed_total > 0 && <span data-testid="restate-signed"><Icon name="locked" size={16} /> {say("signed", { n: ledger.signed_total })}</span>}
      </p>
      <div className={css.pair}>
        <Figures compared={ledger.whole} of={ledger.equipment_id} title={say("whole")} />
        <div className={css.box} tabIndex={0} role="region" aria-label={say("found")}>
          {ledger.shifts.map((shift) => <Figures key={shift.start} compared={shift} of={ledger.equipment_id} title={named(shift)} />)}
          {ledger.shifts_total > ledger.shifts.length && <p className={css.same}>{say("more", { n: ledger.shifts.length, all: ledger.shifts_total })}</p>}
        </div>
      </div>
    </Panel>
  );
}

export function Found({ plan, onDone }: { plan: Plan; onDone: () => void }) {
  const say = useWords(words);
  const [isAsked, setAsked] = useState(false);
  const moved = plan.ledgers.filter((one) => one.differs);
  if (!plan.differs) return <Panel testid="restate-found"><Empty compact icon="check" title={say("same")} /></Panel>;
  return (
    <>
      <Panel title={say("found")} tools={<Button size="xs" onClick={() => setAsked(true)} data-testid="restate-apply">{say("apply")}</Button>} flush testid="restate-found">
        <p className={css.facts} data-testid="restate-summary">{say("summary", { changes: plan.changes.length, n: moved.length, all: plan.ledgers.length })}</p>
        <Definitions changes={plan.changes} />
      </Panel>
      {moved.map((one) => <LedgerPanel key={one.equipment_id} ledger={one} />)}
      {isAsked && <RestateDialog plan={plan} onDone={onDone} onClose={() => setAsked(false)} />}
    </>
  );
}
