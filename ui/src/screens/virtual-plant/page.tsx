// The panel of the virtual plant: each machine with its buffers, and the buttons that jam it, free it and pull its cable.
import { Button, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { simQuery } from "@/api/queries";
import type { SimUnit } from "@/api/types";
import { useMe } from "@/app/gate";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import css from "@/screens/virtual-plant/virtual-plant.module.css";
import { causeWords, words } from "@/screens/virtual-plant/words";
import { Num } from "@/show/show";
import { lookOf } from "@/states/look";
import { useStateName } from "@/states/names";
import { StateSign } from "@/states/sign";
import { Go, unitOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

const ASK_AGAIN_MS = 1_000;
const CAUSES = ["jam", "misfeed", "sensor", "motor", "valve", "no-material", "cleaning"] as const;

function useOperate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ what, ...given }: { what: "jam" | "free" | "plug" | "unplug"; unit: string; cause?: string }) => post(`/sim/${what}`, given),
    onSettled: () => client.invalidateQueries({ queryKey: ["/sim"] }),
  });
}

function Buffer({ before, name }: { before: number; name: string }) {
  const say = useWords(words);
  return (
    <div className={css.buffer} aria-label={say("bufferOf", { name })} data-testid="buffer">
      <Icon name="arrow" size={22} />
      <span className={css.bufferNumber}><Num value={before} /></span>
      <span className={css.small}>{say("buffer")}</span>
    </div>
  );
}

function Machine({ unit }: { unit: SimUnit }) {
  const say = useWords(words);
  const language = useLanguage();
  const stateName = useStateName();
  const [cause, setCause] = useState<string>("jam");
  const operate = useOperate();
  const look = lookOf({ state: unit.state, reason: unit.jammed ? "failure" : null, external: unit.state === "Suspended" }); // it suspends for its neighbours only
  return (
    <article className={css.machine} data-tone={look.tone} data-testid={`sim-${unit.path}`} data-jammed={unit.jammed}>
      <h2><Go to={unitOf(unit.path)} className={css.name}>{unit.name}</Go></h2>
      <div className={css.state}><StateSign sign={look.sign} tone={look.tone} size={22} /><span>{stateName(look.word)}</span></div>
      <p className={css.cause}>{unit.cause ? wordFor(causeWords, language, unit.cause) : unit.jammed ? say("jammed") : "\u00a0"}</p>
      <div className={css.speed}><span className={css.small}>{say("speed")}</span><Num value={unit.speed_upm} unit="{#}/min" /></div>
      {unit.jammed ? (
        <Button className={css.touch} fullWidth loading={operate.isPending} onClick={() => operate.mutate({ what: "free", unit: unit.path })} leftSection={<Icon name="play" />} aria-label={say("freeOf", { name: unit.name })} data-testid={`free-${unit.path}`}>{say("free")}</Button>
      ) : (
        <Button className={css.touch} fullWidth variant="default" loading={operate.isPending} onClick={() => operate.mutate({ what: "jam", unit: unit.path, cause })} leftSection={<Icon name="jam" />} aria-label={say("jamOf", { name: unit.name })} data-testid={`jam-${unit.path}`}>{say("jam")}</Button>
      )}
      <Select size="sm" aria-label={say("cause")} value={(unit.jammed && unit.cause) || cause} onChange={(value) => value && setCause(value)} allowDeselect={false} disabled={unit.jammed} data={CAUSES.map((value) => ({ value, label: causeWords[language][value] }))} data-testid={`cause-${unit.path}`} />
      <Button className={css.touch} fullWidth variant="default" loading={operate.isPending} onClick={() => operate.mutate({ what: unit.unplugged ? "plug" : "unplug", unit: unit.path })} leftSection={<Icon name="link" />} aria-label={say(unit.unplugged ? "plugOf" : "unplugOf", { name: unit.name })} data-testid={`${unit.unplugged ? "plug" : "unplug"}-${unit.path}`}>{say(unit.unplugged ? "plug" : "unplug")}</Button>
      {operate.error && <ProblemNotice error={operate.error} compact />}
    </article>
  );
}

export default function VirtualPlant() {
  const say = useWords(words);
  const { demo } = useMe();
  const { data, error, isPending, refetch } = useQuery({ ...simQuery(), enabled: demo, refetchInterval: ASK_AGAIN_MS });
  if (!demo) return <Empty icon="plant" title={say("notDemo")} hint={say("notDemoHint")} />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Waiting lines={4} height={60} />;
  return (
    <>
      <div className={css.titleRow}><h1>{say("title")}</h1>{data.speed !== 1 && <span className="quiet">{say("lapse", { n: data.speed })}</span>}</div>
      <p className={css.intro}>{say("intro")}</p>
      {data.units.length === 0 && <Empty icon="plant" title={say("noneSeen")} />}
      <div className={css.line} data-testid="virtual-plant">
        {data.units.map((unit, i) => (
          <div key={unit.path} className={css.step}>
            {i > 0 && unit.buffer_before !== null && <Buffer before={unit.buffer_before} name={unit.name} />}
            <Machine unit={unit} />
          </div>
        ))}
      </div>
    </>
  );
}
