// The signals of the device as a table that lives: what is written at the left shows at the right what it brings.
import { Button, Textarea } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { Icon } from "@/design/icons";
import { ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import type { Outline, Reading } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { Answer } from "@/screens/connect/device-step";
import { KINDS, newSignal, propertyOf, type Signal } from "@/screens/connect/draft";
import { useDriverWords } from "@/screens/connect/driver-words";
import { pasted } from "@/screens/connect/paste";
import type { StepProps } from "@/screens/connect/wizard";
import { words } from "@/screens/connect/words";
import { formatMeasured, NOTHING } from "@/show/format";
import { QualitySign } from "@/signals/quality-sign";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const Browse = lazy(() => import("./browse"));
const COLUMNS = ["property", "address", "kind", "unit", "scale", "offset", "scan", "value", "remove"] as const;
const WIDTHS = { property: 13, address: 20, unit: 6, scale: 3, offset: 3 } as const;

function Value({ reading }: { reading: Reading | undefined }) {
  const language = useLanguage();
  if (!reading) return <span className={css.small}>{NOTHING}</span>;
  if (reading.error !== null) return <span className={css.error} data-testid="signal-error"><Icon name="jam" size={14} /> {reading.error}{reading.hint && <span className={css.small}> {reading.hint}</span>}</span>;
  const text = typeof reading.value === "number" ? formatMeasured(reading.value, language) : reading.value === null ? NOTHING : String(reading.value);
  return <span className={css.value}><b className="num" title={text} data-testid="signal-value">{text}</b>{reading.quality !== null && <QualitySign quality={reading.quality} />}</span>;
}

interface RowProps { signal: Signal; reading: Reading | undefined; scans: Outline["scans"]; onChange: (signal: Signal) => void; onRemove: () => void }
function Row({ signal, reading, scans, onChange, onRemove }: RowProps) {
  const say = useWords(words);
  const name = signal.property || signal.address;
  const cell = (field: keyof typeof WIDTHS) => (
    <td key={field}><input className={css.cell} size={WIDTHS[field]} title={signal[field]} value={signal[field]} onChange={(event) => onChange({ ...signal, [field]: event.currentTarget.value })} onBlur={(event) => { if (field === "property") onChange({ ...signal, property: propertyOf(event.currentTarget.value) }); }} aria-label={say("cell", { field: say(field), name })} spellCheck={false} autoComplete="off" data-testid={`signal-${field}`} /></td>
  );
  return (
    <tr data-testid="signal-row">
      {cell("property")}{cell("address")}
      <td><select className={css.cell} value={signal.kind} onChange={(event) => onChange({ ...signal, kind: KINDS.find((kind) => kind === event.currentTarget.value) ?? "" })} aria-label={say("cell", { field: say("kind"), name })} data-testid="signal-kind"><option value="">{reading?.kind ? say("autoKind", { kind: say(reading.kind as "f64") }) : say("auto")}</option>{KINDS.map((kind) => <option key={kind} value={kind}>{say(kind)}</option>)}</select></td>
      {cell("unit")}{cell("scale")}{cell("offset")}
      <td><select className={css.cell} value={signal.scan} onChange={(event) => onChange({ ...signal, scan: event.currentTarget.value })} aria-label={say("cell", { field: say("scan"), name })}>{scans.map((scan) => <option key={scan.name} value={scan.name}>{scan.interval_ms >= 1000 ? say("everyS", { s: scan.interval_ms / 1000 }) : say("everyMs", { ms: scan.interval_ms })}</option>)}</select></td>
      <td className={css.live}><Value reading={reading} /></td>
      <td><button type="button" className={css.icon} onClick={onRemove} aria-label={say("removeRow", { name })}><Icon name="close" size={16} /></button></td>
    </tr>
  );
}

function Paste({ onPaste }: { onPaste: (signals: readonly Signal[]) => void }) {
  const say = useWords(words);
  const [text, setText] = useState("");
  const found = pasted(text);
  return (
    <div className={css.paste}>
      <Textarea label={say("paste")} description={say("pasteHint")} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={3} maxRows={10} spellCheck={false} classNames={{ input: "mono" }} data-testid="paste" />
      <div className={css.test}><Button variant="default" disabled={found.signals.length === 0} onClick={() => { onPaste(found.signals); setText(""); }} data-testid="paste-take">{say("take", { n: found.signals.length })}</Button>{found.skipped > 0 && <span className={css.small}>{say("skipped", { n: found.skipped })}</span>}</div>
    </div>
  );
}

function Examples({ driver }: { driver: StepProps["driver"] }) {
  const say = useWords(words);
  const told = useDriverWords();
  if (!driver || driver.examples.length === 0) return null;
  return <div className={css.examples}><h3>{say("examples")}</h3><dl>{driver.examples.map((one) => <div key={one.address}><dt className="mono" translate="no">{one.address}</dt><dd>{told.means(driver, one)}</dd></div>)}</dl></div>;
}

export function SignalsStep({ draft, change, driver, outline, standing, live }: StepProps) {
  const say = useWords(words);
  const [isBrowsing, setBrowsing] = useState(false);
  const put = (signals: readonly Signal[]) => change({ signals });
  const take = (more: readonly Signal[]) => put([...draft.signals.filter((signal) => signal.address !== "" || signal.property !== ""), ...more]);
  const inherited = standing?.machines.find((one) => one.path === draft.place.machine)?.inherited ?? 0;
  return (
    <>
      <Panel title={say("signalsTitle")} flush>
        {draft.signals.length > 0 && (
          <div className={css.tableBox} role="region" aria-label={say("signalsTitle")} tabIndex={0}>
            <table className={`live ${css.table}`} data-testid="signals">
              <thead><tr>{COLUMNS.map((name) => <th key={name} scope="col">{name === "remove" ? <span className="visually-hidden">{say("remove")}</span> : say(name)}</th>)}</tr></thead>
              <tbody>{draft.signals.map((signal) => <Row key={signal.key} signal={signal} reading={live.of(signal.key)} scans={outline.scans} onChange={(next) => put(draft.signals.map((one) => (one.key === next.key ? next : one)))} onRemove={() => put(draft.signals.filter((one) => one.key !== signal.key))} />)}</tbody>
            </table>
          </div>
        )}
        <div className={css.bar}>
          <Button variant="default" size="sm" onClick={() => put([...draft.signals, newSignal()])} data-testid="add-row">{say("addRow")}</Button>
          {driver?.browses && <Button variant="default" size="sm" aria-expanded={isBrowsing} onClick={() => setBrowsing(!isBrowsing)} data-testid="browse">{say("browse")}</Button>}
          {inherited > 0 && <span className={css.small}>{say("inherited", { n: inherited })}</span>}
          {draft.signals.length === 0 && <span className={css.small}>{say("noSignals")}</span>}
        </div>
        {live.tried && !live.tried.ok && <div className={css.inset}><Answer tried={live.tried} /></div>}
        {live.error && <ProblemNotice error={live.error} compact />}
      </Panel>
      {isBrowsing && <Suspense fallback={<Waiting />}><Browse draft={draft} onTake={take} /></Suspense>}
      <Panel><div className={css.pair}><Paste onPaste={take} /><Examples driver={driver} /></div></Panel>
    </>
  );
}
