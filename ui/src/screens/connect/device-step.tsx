// Which protocol the device speaks, where it is, and whether it answers.
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { asProblem } from "@/api/problem";
import { may, useMe } from "@/app/gate";
import { ProblemNotice } from "@/design/notice";
import { Panel } from "@/design/panel";
import { type Driver, type Tried, tryIt, type Unapproved } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { linkOf, segmentOf } from "@/screens/connect/draft";
import { useDriverWords } from "@/screens/connect/driver-words";
import { OptionForm } from "@/screens/connect/option-form";
import { type Options, withValue } from "@/screens/connect/schema";
import { Approval } from "@/screens/connect/unapproved";
import type { StepProps } from "@/screens/connect/wizard";
import { words } from "@/screens/connect/words";
import { formatNumber } from "@/show/format";
import { StateSign } from "@/states/sign";
import { Go } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

function Cards({ drivers, chosen, onChoose }: { drivers: readonly Driver[]; chosen: string; onChoose: (driver: Driver) => void }) {
  const say = useWords(words);
  const told = useDriverWords();
  return (
    <fieldset className={css.cards}>
      <legend>{say("which")}</legend>
      {drivers.map((driver) => (
        <label key={driver.name} className={css.card} data-chosen={driver.name === chosen} data-testid={`driver-${driver.name}`}>
          <input type="radio" name="driver" className="visually-hidden" checked={driver.name === chosen} onChange={() => onChoose(driver)} />
          <b translate="no">{driver.title}</b>
          <span>{told.says(driver)}</span>
          {driver.name === chosen && told.needs(driver) && <span className={css.small}>{say("needs", { what: told.needs(driver) })}</span>}
        </label>
      ))}
    </fieldset>
  );
}

export function Answer({ tried, onApprove }: { tried: Tried; onApprove?: () => void }) {
  const say = useWords(words);
  const language = useLanguage();
  const ms = (value: number | null) => formatNumber(value, language, 1);
  if (tried.unapproved && onApprove) return <Approval met={tried.unapproved} where={tried.where} onApprove={onApprove} />;
  if (!tried.ok) {
    return (
      <div className={css.bad} role="alert" data-testid="try-failed">
        <span className={css.answer}><StateSign sign="cut" tone="fault" /><b>{say(tried.mends === "form" ? "refusedForm" : "refusedSite")}</b></span>
        <span>{tried.cause}</span>
        {tried.hint && <span className={css.small}>{tried.hint}</span>}
      </div>
    );
  }
  return (
    <div className={css.good} role="status" data-testid="try-ok">
      <span className={css.answer}><StateSign sign="run" tone="normal" /><b>{say("answered")}</b><span className="mono">{tried.where}</span></span>
      <span className={css.small}>{say("answeredIn", { ms: ms(tried.answered_ms) })}{tried.connected_ms !== null && ` · ${say("connectedIn", { ms: ms(tried.connected_ms) })}`}{tried.clock_ms !== null && Math.abs(tried.clock_ms) > 1000 && ` · ${say("clockOff", { s: formatNumber(tried.clock_ms / 1000, language, 1) })}`}</span>
    </div>
  );
}

/** `/link/options/security/policy` is the option `security.policy`. */
export const optionOf = (pointer: string | null): string | null => (pointer?.startsWith("/link/options/") ? pointer.slice("/link/options/".length).replaceAll("/", ".") : null);

export function DeviceStep({ draft, change, driver, drivers, outline, standing }: StepProps) {
  const say = useWords(words);
  const test = useMutation({ mutationFn: (options: Options) => tryIt({ link: linkOf({ ...draft, options }), signals: [], states: null }) });
  const approve = ({ option, value }: Unapproved) => {
    const options = withValue(draft.options, option, value);
    change({ options });
    test.mutate(options);
  };
  const choose = (chosen: Driver) => {
    const taken = new Set(outline.connections);
    const free = Array.from({ length: taken.size + 1 }, (_, n) => `plc${n + 1}`).find((name) => !taken.has(name)) ?? "";
    test.reset();
    change({ driver: chosen.name, options: chosen.start, secrets: {}, name: draft.name || free });
  };
  const problem = test.error && asProblem(test.error);
  const field = optionOf(problem?.pointer ?? null);
  const finds = may(useMe(), "system.manage") && !standing;
  const isTaken = !standing && outline.connections.includes(draft.name);
  return (
    <>
      <Panel><Cards drivers={standing ? drivers.filter((one) => one.name === draft.driver) : drivers} chosen={draft.driver} onChoose={choose} />{finds && <p className={css.small}><Go to="/find-devices" className="link" testid="to-find-devices">{say("findFirst")}</Go></p>}</Panel>
      {driver && (
        <Panel title={say("where", { driver: driver.title })}>
          <div className={css.form}>
            <TextInput className={css.narrow} label={say("name")} description={say("nameHint")} value={draft.name} disabled={standing !== null} error={isTaken ? say("taken") : undefined} onChange={(event) => change({ name: event.currentTarget.value })} onBlur={(event) => change({ name: segmentOf(event.currentTarget.value) })} maxLength={60} required spellCheck={false} autoComplete="off" data-testid="name" />
            <OptionForm key={driver.name} driver={driver} options={draft.options} secrets={draft.secrets} onChange={change} fault={field === null ? null : { path: field, text: [problem?.detail, problem?.hint].filter(Boolean).join(" – ") }} />
          </div>
          <div className={css.test}>
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate(draft.options)} data-testid="try">{say("test")}</Button>
            <span className={css.small}>{say("testHint")}</span>
          </div>
          {test.data && !test.isPending && <Answer tried={test.data} onApprove={() => test.data.unapproved && approve(test.data.unapproved)} />}
          {test.error && field === null && <ProblemNotice error={test.error} compact />}
        </Panel>
      )}
    </>
  );
}
