// What a change would come to, before it is made: shifts, equipment, and what of the past is cut again.
import { Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Icon } from "@/design/icons";
import { ProblemNotice } from "@/design/notice";
import { previewQuery, type Preview, type ShiftChange, type ShiftSeen, type Touched, type Wanted } from "@/screens/calendars/api";
import css from "@/screens/calendars/calendars.module.css";
import { topmost } from "@/screens/calendars/rights";
import { words } from "@/screens/calendars/words";
import { useEquipment } from "@/app/equipment";
import { formatMoment } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

const SETTLE_MS = 350; // while somebody types nothing is asked
const LINES = 12;

export function usePreview(key: string, wanted: Wanted | null) {
  const text = wanted && JSON.stringify(wanted); // a text is the same as long as it says the same
  const [asked] = useDebouncedValue(text, SETTLE_MS);
  const query = useQuery({ ...previewQuery(key, asked ?? ""), enabled: asked !== null, placeholderData: keepPreviousData });
  return { preview: asked === null ? undefined : query.data, error: asked === null ? null : query.error, isFresh: asked !== null && asked === text && !query.isFetching };
}

function Seen({ shift, zone }: { shift: ShiftSeen; zone: string | undefined }) {
  const language = useLanguage();
  const at = (text: string, style: "time" | "day") => formatMoment(Date.parse(text), style, { language, zone });
  return <span translate="no">{`${at(shift.start, "day")} ${shift.name} ${at(shift.start, "time")}–${at(shift.end, "time")}`}{shift.crew && ` · ${shift.crew}`}</span>;
}

function ChangeLine({ change, zone }: { change: ShiftChange; zone: string | undefined }) {
  const say = useWords(words);
  const { before, after } = change;
  return (
    <li data-testid="shift-change">
      <span className={css.sign}>{say(!before ? "added" : !after ? "removed" : "changed")}</span>
      {before && <span className={css.before}><Seen shift={before} zone={zone} /></span>}
      {after && <Seen shift={after} zone={zone} />}
    </li>
  );
}

function TouchedLine({ touched }: { touched: Touched }) {
  const say = useWords(words);
  return <li data-testid="touched"><span className="mono" translate="no">{touched.path}</span><span className={css.small}>{touched.settled > 0 ? say("settled", { n: touched.settled }) : say("ahead")}</span></li>;
}

function Told({ preview }: { preview: Preview }) {
  const say = useWords(words);
  const { map } = useEquipment();
  const first = preview.equipment[0];
  const zone = first && map.byId(first.id)?.timezone;
  const cut = preview.equipment.filter((one) => one.settled > 0);
  const touched = cut.length > 0 ? cut : topmost(preview.equipment);
  const more = preview.more_shifts + Math.max(0, preview.shifts.length - LINES);
  if (preview.equipment.length === 0) return <p className={css.small}>{say("nothingChanges")}</p>;
  return (
    <>
      <ul>{preview.shifts.slice(0, LINES).map((change) => <ChangeLine key={(change.after ?? change.before)?.id} change={change} zone={zone} />)}{more > 0 && <li className={css.small}>{say("moreShifts", { n: more })}</li>}</ul>
      <h3>{say("touches")}</h3>
      <ul>{touched.map((one) => <TouchedLine key={one.id} touched={one} />)}</ul>
    </>
  );
}

export interface PreviewProps { preview: Preview | undefined; error: Error | null; reason: string; onReason: (text: string) => void }
export function PreviewBox({ preview, error, reason, onReason }: PreviewProps) {
  const say = useWords(words);
  return (
    <>
      <section className={css.preview} aria-label={say("preview")} aria-live="polite" tabIndex={0} data-testid="preview">
        <h3>{say("preview")}</h3>
        {error ? <ProblemNotice error={error} compact /> : preview ? <Told preview={preview} /> : <p className={css.small}>{say("looking")}</p>}
      </section>
      {!error && preview?.needs_reason && (
        <>
          <span className={css.warning}><Icon name="jam" size={16} />{say("past")}</span>
          <Textarea label={say("reason")} description={say("reasonHint")} value={reason} onChange={(event) => onReason(event.currentTarget.value)} required autosize minRows={1} maxLength={500} data-testid="reason" />
        </>
      )}
    </>
  );
}
