// One card for each claim: the sentence, how sure it is, on what it rests, and what a person makes of it.
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon } from "@/design/icons";
import type { Because, Confidence, CounterClaim, Machine } from "@/screens/meaning/api";
import { becauseWords } from "@/screens/meaning/because-words";
import { type Choice, rateOf, roleOf, stateOf } from "@/screens/meaning/choice";
import { Rates, Strip } from "@/screens/meaning/evidence";
import css from "@/screens/meaning/meaning.module.css";
import { words } from "@/screens/meaning/words";
import { formatDuration, formatNumber } from "@/show/format";
import { useStateName } from "@/states/names";
import { useChangeSearch } from "@/view/search";
import { useLanguage } from "@/words/language";
import { fill, useWords } from "@/words/words";

const STATES = ["RUN", "Execute", "Idle", "Stopped", "Held", "Aborted", "STARVED", "BLOCKED", "CHANGEOVER", "Suspended", "Complete"];
const ROLES = ["", "total", "good", "scrap"] as const;
const S_US = 1_000_000;

export interface ClaimsProps { machine: Machine; choice: Choice; put: (part: Partial<Choice>) => void }

/** Why, in the reader's language; a reason this screen does not know yet is told as the server says it. */
export function useBecause(): (because: Because) => string {
  const language = useLanguage();
  const known = becauseWords[language] as Record<string, string>;
  return ({ code, facts, text }) => fill(known[code] ?? text, facts, language);
}

interface CardProps { name: string; title: string; confidence: Confidence; because?: Because; choice: Choice; put: ClaimsProps["put"]; children?: ReactNode }
function Card({ name, title, confidence, because, choice, put, children }: CardProps) {
  const say = useWords(words);
  const why = useBecause();
  const isDropped = choice.dropped.includes(name);
  const turn = () => put({ dropped: isDropped ? choice.dropped.filter((one) => one !== name) : [...choice.dropped, name] });
  return (
    <article className={css.claim} data-dropped={isDropped} data-testid={`claim-${name}`} data-confidence={confidence}>
      <div className={css.top}>
        <h3>{title}</h3><span className={css.sure} data-confidence={confidence}>{say(confidence)}</span>
        <Checkbox label={say("takeOver")} checked={!isDropped} onChange={turn} data-testid={`take-${name}`} aria-label={`${say("takeOver")}: ${title}`} />
      </div>
      {because && <p className={css.because}>{why(because)}</p>}
      {!isDropped && children}
    </article>
  );
}

function Values({ machine, choice, put }: ClaimsProps) {
  const say = useWords(words);
  const language = useLanguage();
  const nameOf = useStateName();
  return (
    <table className={css.values}>
      <thead><tr><th>{say("value")}</th><th>{say("meaning")}</th><th className={css.number}>{say("time")}</th><th className={css.number}>{say("made")}</th></tr></thead>
      <tbody>
        {machine.state?.values.map((one) => (
          <tr key={one.value}>
            <td className="mono" translate="no">{one.value}</td>
            <td>
              {machine.state?.way === "packml" ? nameOf(one.state ?? "UNKNOWN") : (
                <NativeSelect size="sm" aria-label={say("meansWhat", { value: one.value })} value={stateOf(machine, choice, one.value)} onChange={(event) => put({ states: { ...choice.states, [one.value]: event.currentTarget.value } })} data-testid={`means-${one.value}`}>
                  <option value="">{say("say")}</option>
                  {STATES.map((state) => <option key={state} value={state}>{nameOf(state)}</option>)}
                </NativeSelect>
              )}
            </td>
            <td className={css.number}>{formatDuration(one.seen_s * S_US, language)}</td>
            <td className={css.number}>{formatNumber(one.pieces, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StateCard(props: ClaimsProps) {
  const say = useWords(words);
  const { machine, choice, put } = props;
  const { state } = machine;
  if (!state) return <article className={css.claim}><h3>{say("stateNone")}</h3><p className={css.because}>{say("stateNoneHint")}</p><Strip machine={machine} choice={choice} /></article>;
  return (
    <Card name="state" title={say(state.way === "activity" ? "activityIs" : "stateIs", { tag: state.tag })} confidence={state.confidence} because={state.because} choice={choice} put={put}>
      <Strip machine={machine} choice={choice} />
      {state.values.length > 0 && <Values {...props} />}
    </Card>
  );
}

function CounterCard({ one, machine, choice, put }: ClaimsProps & { one: CounterClaim }) {
  const say = useWords(words);
  const language = useLanguage();
  const role = roleOf(machine, choice, one.tag);
  const known = ROLES.find((name) => name !== "" && name === role);
  const anew = one.resets.length + one.rollovers.length;
  return (
    <Card name={one.tag} title={known ? say("counts", { tag: one.tag, role: say(`role_${known}`) }) : say("countsSomething", { tag: one.tag })} confidence={one.confidence} because={one.because} choice={choice} put={put}>
      {one.against_name && <p className={css.doubt}><Icon name="info" size={18} />{say("againstName")}</p>}
      <div className={css.row}>
        <NativeSelect label={say("role", { tag: one.tag })} value={role} onChange={(event) => put({ roles: { ...choice.roles, [one.tag]: event.currentTarget.value } })} data-testid={`role-${one.tag}`}>
          {ROLES.map((name) => <option key={name} value={name}>{say(`role_${name}`)}</option>)}
        </NativeSelect>
        {anew > 0 && <span className="quiet">{say("anew", { n: anew, rollovers: one.rollovers.length, resets: one.resets.length })}</span>}
        {one.modulus && <span className="quiet">{say("modulus", { top: formatNumber(one.modulus, language) })}</span>}
      </div>
    </Card>
  );
}

function RateCard({ machine, choice, put }: ClaimsProps) {
  const say = useWords(words);
  const language = useLanguage();
  const { rate } = machine;
  if (!rate) return null;
  const title = rate.confidence === "unknown" ? say("rateOpen") : say("rateIs", { rate: formatNumber(rate.rate_upm, language, 1) });
  return (
    <Card name="rate" title={title} confidence={rate.confidence} because={rate.because} choice={choice} put={put}>
      <div className={css.row}>
        <TextInput label={say("rate")} inputMode="decimal" value={rateOf(machine, choice)} onChange={(event) => put({ rate: event.currentTarget.value })} data-testid="rate" />
        {rate.paces.length > 1 && <ul className={css.silent}>{rate.paces.map((one) => <li key={one.rate_upm}>{say("pace", { rate: formatNumber(one.rate_upm, language, 1), minutes: formatNumber(one.minutes, language) })}</li>)}</ul>}
      </div>
      <Rates rate={rate} />
    </Card>
  );
}

export function Claims(props: ClaimsProps) {
  const say = useWords(words);
  const why = useBecause();
  const changeSearch = useChangeSearch();
  const { machine, choice, put } = props;
  return (
    <div className={css.claims}>
      <StateCard {...props} />
      {machine.counters.map((one) => <CounterCard key={one.tag} one={one} {...props} />)}
      <RateCard {...props} />
      {machine.contacts.map((one) => <Card key={one.tag} name={one.tag} title={say("contactIs", { tag: one.tag, use: say(one.use === "starved" ? "use_starved" : "use_blocked") })} confidence={one.confidence} because={one.because} choice={choice} put={put} />)}
      {machine.levels.map((one) => (
        <article key={one.tag} className={css.claim} data-testid={`claim-${one.tag}`}>
          <h3>{say("levelsIs", { tag: one.tag })}</h3>
          <p className={css.because}>{say("levelsHint", { n: one.levels.length })}</p>
          <Button variant="default" className={css.start} onClick={() => changeSearch({ levels: String(one.tag_id) })} data-testid="set-levels">{say("setLevels")}</Button>
        </article>
      ))}
      {machine.silent.length > 0 && (
        <article className={css.claim} data-testid="silent">
          <h3>{say("silent")}</h3>
          <ul className={css.silent}>{machine.silent.map((one) => <li key={one.tag}><b translate="no">{one.tag}</b>{` ${why(one.because)}`}</li>)}</ul>
        </article>
      )}
    </div>
  );
}
