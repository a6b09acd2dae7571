// What a replay found, the biggest difference first: figures before and after, and each stretch that would read otherwise.
import { useQuery } from "@tanstack/react-query";
import { catalogueQuery } from "@/api/queries";
import { useEquipment } from "@/app/equipment";
import { Icon } from "@/design/icons";
import { Empty } from "@/design/notice";
import { Panel } from "@/design/panel";
import { columnWords } from "@/explain/column-words";
import { Opens } from "@/explain/opens";
import { Give } from "@/giving/give";
import { kpiText } from "@/kpi/kpi-text";
import { kpiWords } from "@/kpi/words";
import { type Compared, differing, type Machine, type Replay, type Stretch } from "@/screens/replay/api";
import css from "@/screens/replay/replay.module.css";
import { words } from "@/screens/replay/words";
import { formatDuration, formatMoment, formatNumber } from "@/show/format";
import { Lasting, useReader, When } from "@/show/show";
import { lookOf } from "@/states/look";
import { useReasonName, useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { Go, timelineOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const FIRST = ["oee_index", "availability", "effectiveness", "quality_ratio", "apt_us", "aust_us", "adet_us", "adot_us", "nodt_us", "planned_down_us", "not_planned_us"];
const AROUND_MS = 15 * 60_000;
const STRETCHES_SHOWN = 50;

/** Each figure as it is opens into its explanation; as it would be, it is nowhere but here. */
export function Figures({ compared, of, title }: { compared: Compared; of: number; title: string }) {
  const say = useWords(words);
  const language = useLanguage();
  const { data: catalogue = [] } = useQuery(catalogueQuery());
  const shown = (id: string, value: number | null | undefined) => kpiText({ value: value ?? null, unit: catalogue.find((kpi) => kpi.id === id)?.unit ?? "1" }, language, 2);
  const rows = [
    ...differing(compared, "kpis", FIRST).map((id) => ({ id, name: wordFor(kpiWords, language, id), key: id, was: shown(id, compared.was.kpis[id]), would: shown(id, compared.would.kpis[id]) })),
    ...differing(compared, "times", FIRST).map((id) => ({ id, name: wordFor(columnWords, language, id), key: `availability/${id}`, was: formatDuration(compared.was.times[id], language), would: formatDuration(compared.would.times[id], language) })),
  ];
  const told = rows.filter((row) => row.was !== row.would); // what differs in a digit that is not written is no news
  if (told.length === 0) return null;
  return (
    <table className={css.table} data-testid="replay-figures">
      <caption>{title}</caption>
      <thead><tr><th scope="col">{say("figure")}</th><th scope="col" className={css.right}>{say("was")}</th><th scope="col" className={css.right}>{say("would")}</th></tr></thead>
      <tbody>{told.map((row) => <tr key={row.id} data-testid={`replay-${row.id}`}><th scope="row">{row.name}</th><td className={css.right}><Opens question={{ key: row.key, equipmentId: of, start: compared.start, end: compared.end }}>{row.was}</Opens></td><td className={css.right}><strong>{row.would}</strong></td></tr>)}</tbody>
    </table>
  );
}

function Side({ said }: { said: Stretch["was"] }) {
  const say = useWords(words);
  const stateName = useStateName();
  const reasonName = useReasonName();
  if (!said) return <span className="quiet">{say("unknown")}</span>;
  const [state, mode, reason] = said;
  const look = lookOf({ state, mode, reason: reason || null });
  return <span className={css.state}><StateSign sign={look.sign} tone={look.tone} />{[stateName(look.word), reasonName(reason)].filter(Boolean).join(" · ")}</span>;
}

function Stretches({ machine }: { machine: Machine }) {
  const say = useWords(words);
  if (machine.stretches.length === 0) return null;
  const shown = machine.stretches.slice(0, STRETCHES_SHOWN);
  const around = (one: Stretch) => ({ period: "custom", start: new Date(Date.parse(one.start) - AROUND_MS).toISOString(), end: new Date(Date.parse(one.end) + AROUND_MS).toISOString(), sel: String(machine.equipment_id), at: new Date((Date.parse(one.start) + Date.parse(one.end)) / 2).toISOString() });
  return (
    <div className={css.box} tabIndex={0} role="region" aria-label={say("stretches")}>
      <table className={css.table} data-testid="replay-stretches">
        <caption>{say("stretches")}</caption>
        <thead><tr><th scope="col">{say("stretch")}</th><th scope="col" className={css.right}>{say("lasts")}</th><th scope="col">{say("was")}</th><th scope="col">{say("would")}</th></tr></thead>
        <tbody>{shown.map((one) => <tr key={one.start} data-testid="replay-stretch"><td><Go to={timelineOf(machine.path)} search={around(one)} className="link" testid="replay-timeline"><When at={one.start} as="minute" /></Go></td><td className={css.right}><Lasting us={one.duration_us} /></td><td><Side said={one.was} /></td><td><Side said={one.would} /></td></tr>)}</tbody>
      </table>
      {machine.stretches_total > shown.length && <p className={css.same}>{say("more", { n: shown.length, all: machine.stretches_total })}</p>}
    </div>
  );
}

function MachinePanel({ machine }: { machine: Machine }) {
  const say = useWords(words);
  const reader = useReader();
  const { map } = useEquipment();
  const { language } = reader;
  const minutes = (us: number) => formatDuration(us, language);
  const facts = [
    machine.moved_us > 0 && say("moved", { time: minutes(machine.moved_us) }), machine.reclassed_us > 0 && say("reclassed", { time: minutes(machine.reclassed_us) }), machine.pieces > 0 && say("pieces", { n: formatNumber(machine.pieces, language) }),
    machine.slices_was !== machine.slices_would && say("slices", { was: machine.slices_was, would: machine.slices_would }), machine.held_was !== machine.held_would && say("held", { was: machine.held_was, would: machine.held_would }),
  ].filter(Boolean);
  const named = (one: Compared) => `${one.shift}, ${formatMoment(Date.parse(one.start), "minute", reader)}`;
  return (
    <Panel title={map.byId(machine.equipment_id)?.name ?? machine.path} tools={<span className="quiet mono">{machine.path}</span>} flush testid={`replay-machine-${machine.path}`}>
      <p className={css.facts}>{facts.map((fact) => <span key={String(fact)}>{fact}</span>)}</p>
      <div className={css.pair}>
        <div>
          <Figures compared={machine.whole} of={machine.equipment_id} title={say("whole")} />{machine.shifts.map((shift) => <Figures key={shift.start} compared={shift} of={machine.equipment_id} title={named(shift)} />)}
          {machine.shifts_total > machine.shifts.length && <p className={css.same}>{say("moreShifts", { n: machine.shifts.length, all: machine.shifts_total })}</p>}
        </div>
        <Stretches machine={machine} />
      </div>
    </Panel>
  );
}

/** One row per stretch, with keys and times as the API has them. */
const tableOf = (replay: Replay, title: string) => ({
  name: title,
  head: ["path", "start", "end", "duration_s", "was_state", "was_mode", "was_reason", "would_state", "would_mode", "would_reason"],
  rows: replay.machines.flatMap((machine) => machine.stretches.map((one) => [machine.path, one.start, one.end, one.duration_us / 1e6, ...(one.was ?? ["", "", ""]), ...(one.would ?? ["", "", ""])])),
});

export function Found({ replay }: { replay: Replay }) {
  const say = useWords(words);
  const { language } = useReader();
  const moved = replay.machines.filter((machine) => machine.differs);
  return (
    <>
      <Panel title={say(replay.differs ? "found" : "same")} tools={<Give of={{ here: null, start: replay.start, end: replay.end }} table={() => tableOf(replay, say("title"))} disabled={moved.length === 0} />} testid="replay-found">
        <p className={css.hint} data-testid="replay-summary">{say("summary", { n: moved.length, all: replay.machines.length, samples: formatNumber(replay.samples, language), time: formatDuration(replay.took_s * 1e6, language), speed: formatNumber(replay.speed, language) })}</p>
        {!replay.differs && <Empty compact icon="check" title={say("same")} />}
        {replay.notes.length > 0 && <><p className={css.hint}><Icon name="info" size={16} /> {say("notes")}</p><ul className={css.notes}>{replay.notes.map((note) => <li key={note}>{note}</li>)}</ul></>}
      </Panel>
      {moved.map((machine) => <MachinePanel key={machine.equipment_id} machine={machine} />)}
    </>
  );
}
