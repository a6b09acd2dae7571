// The four steps and the way between them; what is filled in stays while somebody goes back and forth.
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Definition, Driver, Outline, Reading, Tried } from "@/screens/connect/api";
import { watchQuery } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { DeviceStep } from "@/screens/connect/device-step";
import { type Draft, KINDS, type Kind, linkOf, signalBody, statesOf, type Step, STEPS, suggested } from "@/screens/connect/draft";
import { MachineStep } from "@/screens/connect/machine-step";
import { ReviewStep } from "@/screens/connect/review-step";
import { fieldsOf, missing } from "@/screens/connect/schema";
import { SignalsStep } from "@/screens/connect/signals-step";
import { words } from "@/screens/connect/words";
import { Go } from "@/view/place";
import { useWords } from "@/words/words";

export interface Live { tried: Tried | undefined; error: Error | null; of: (key: number) => Reading | undefined; kinds: Readonly<Record<number, Kind>> }
export interface StepProps { draft: Draft; change: (part: Partial<Draft>) => void; driver: Driver | undefined; drivers: readonly Driver[]; outline: Outline; standing: Definition | null; live: Live; go: (step: Step) => void }

const SETTLE_MS = 400; // while somebody types, no device is asked
const nameOf = (property: string, address: string) => `${property || "unnamed"} ${address}`;

/** What the device says to what is filled in, looked at again and again while somebody looks. */
function useLive(draft: Draft, isLooking: boolean): Live {
  const signals = draft.signals.filter((signal) => signal.address.trim() !== "");
  const text = JSON.stringify({ link: linkOf(draft), signals: signals.map((signal) => signalBody(signal)), states: statesOf(draft) });
  const [asked] = useDebouncedValue(text, SETTLE_MS);
  const { data, error } = useQuery({ ...watchQuery(asked), enabled: isLooking && signals.length > 0 && asked === text });
  return useMemo(() => {
    const read = new Map((data?.signals ?? []).map((one) => [nameOf(one.property, one.address), one]));
    const found = new Map(draft.signals.map((signal) => [signal.key, read.get(nameOf(signal.property, signal.address))]));
    const kinds = Object.fromEntries([...found].flatMap(([key, one]) => { const kind = KINDS.find((name) => name === one?.kind); return kind ? [[key, kind] as const] : []; }));
    return { tried: data, error, of: (key) => found.get(key), kinds };
  }, [data, error, draft.signals]);
}

function Steps({ step, go, reach }: { step: Step; go: (step: Step) => void; reach: number }) {
  const say = useWords(words);
  return (
    <ol className={css.steps} aria-label={say("steps")}>
      {STEPS.map((name, n) => (
        <li key={name}>
          <button type="button" className={css.step} aria-current={name === step ? "step" : undefined} disabled={n > reach} onClick={() => go(name)} data-testid={`step-${name}`}>
            <span className={css.stepNumber}>{n + 1}</span>{say(name)}
          </button>
        </li>
      ))}
    </ol>
  );
}

export function Wizard({ first, drivers, outline, standing }: { first: Draft; drivers: readonly Driver[]; outline: Outline; standing: Definition | null }) {
  const say = useWords(words);
  const top = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState(first);
  const [step, setStep] = useState<Step>("device");
  const change = useCallback((part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })), []);
  const live = useLive(draft, step !== "device");
  const driver = drivers.find((one) => one.name === draft.driver);
  const isReady = driver !== undefined && draft.name !== "" && missing(fieldsOf(driver.options).filter((field) => !field.path.includes(".")), draft.options).length === 0;
  const reach = isReady ? STEPS.length - 1 : 0;
  const at = STEPS.indexOf(step);
  const go = (to: Step) => {
    if (to === "machine" && !standing) change(suggested(draft, live.kinds));
    setStep(to);
    top.current?.scrollIntoView({ block: "center" });
  };
  const props: StepProps = { draft, change, driver, drivers, outline, standing, live, go };
  const next = STEPS[at + 1];
  return (
    <div className={css.page} data-testid="connect">
      <div className={css.titleRow} ref={top}><h1>{standing ? say("edit", { name: standing.name }) : say("title")}</h1><Go to="/connections" className="link">{say("cancel")}</Go></div>
      <Steps step={step} go={go} reach={reach} />
      {step === "device" && <DeviceStep {...props} />}
      {step === "signals" && <SignalsStep {...props} />}
      {step === "machine" && <MachineStep {...props} />}
      {step === "review" && <ReviewStep {...props} />}
      {next && (
        <div className={css.buttons}>
          {at > 0 && <Button variant="default" onClick={() => go(STEPS[at - 1] ?? "device")} data-testid="back">{say("back")}</Button>}
          <Button disabled={at >= reach} onClick={() => go(next)} data-testid="next">{say("next", { step: say(next) })}</Button>
        </div>
      )}
    </div>
  );
}
