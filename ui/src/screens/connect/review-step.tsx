// The plan before it is applied: what changes, what it means for the data, and the lines of the files it makes.
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { asProblem } from "@/api/problem";
import { Icon } from "@/design/icons";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Panel } from "@/design/panel";
import { showToast } from "@/design/toast";
import { type Fault, type Preview, previewQuery, useApply, useTakeBack } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { bodyOf, stepOf } from "@/screens/connect/draft";
import type { StepProps } from "@/screens/connect/wizard";
import { words } from "@/screens/connect/words";
import { connectionOf, unitOf } from "@/view/place";
import { useWords } from "@/words/words";

export function Faults({ faults, go }: { faults: readonly Fault[]; go: StepProps["go"] }) {
  const say = useWords(words);
  return (
    <ul className={css.faults} role="alert" data-testid="faults">
      {faults.map((fault) => (
        <li key={`${fault.pointer} ${fault.message}`}>
          <Icon name="jam" size={16} />
          <span>{fault.message}{fault.hint && <span className={css.small}> {fault.hint}</span>}</span>
          {fault.pointer ? <button type="button" className="link" onClick={() => go(stepOf(fault.pointer))} data-testid="mend">{say("mend", { step: say(stepOf(fault.pointer)) })}</button> : <span className={`mono ${css.small}`}>{fault.place}</span>}
        </li>
      ))}
    </ul>
  );
}

const SIGNS = { add: "added", change: "changed", remove: "removed", move: "changed" } as const;
export function PlanView({ preview }: { preview: Preview }) {
  const say = useWords(words);
  return (
    <>
      <ul className={css.plan} data-testid="plan">
        {preview.steps.map((step) => (
          <li key={`${step.section} ${step.key}`}>
            <span className={css.sign}>{say(SIGNS[step.act])}</span><span className={css.small} translate="no">{step.section}</span><b className="mono" translate="no">{step.key}</b>
            {step.fields.length > 0 && <ul>{step.fields.map(([what, before, after]) => <li key={what} className="mono" translate="no">{`${what}: ${before} → ${after}`}</li>)}</ul>}
          </li>
        ))}
      </ul>
      {preview.impact.map((line) => <p key={line} className={css.impact}><Icon name="info" size={16} />{line}</p>)}
      {preview.secrets.map((name) => <p key={name} className={css.impact}><Icon name="info" size={16} />{say("secretPut", { name })}</p>)}
    </>
  );
}

export function Files({ preview }: { preview: Preview }) {
  const say = useWords(words);
  return preview.files.map((file) => (
    <figure key={file.name} className={css.file}>
      <figcaption className="mono">{file.name} <span className={css.small}>{say(file.is_new ? "newFile" : "changedFile")}</span></figcaption>
      <pre className="mono" translate="no" tabIndex={0} role="region" aria-label={file.name} data-testid="yaml">{file.lines.map(([sign, text], n) => <span key={n} className={css.line} data-sign={sign}>{`${sign === "@" ? "…" : sign} ${text}\n`}</span>)}{file.more > 0 && say("moreLines", { n: file.more })}</pre>
    </figure>
  ));
}

export function ReviewStep({ draft, outline, live, go }: StepProps) {
  const say = useWords(words);
  const navigate = useNavigate();
  const takeBack = useTakeBack(() => showToast({ text: say("takenBack") }));
  const roots = useMemo(() => outline.nodes.filter((node) => !node.path.includes("/")).map((node) => node.path), [outline]);
  const body = bodyOf(draft, { version: outline.version, roots, kinds: live.kinds });
  const apply = useApply((applied, audit) => {
    showToast({ text: say("applied", { name: applied.connection }), ...(audit ? { act: { label: say("undo"), run: () => takeBack.mutate(audit) } } : {}) });
    void navigate({ to: draft.meaning?.way === "watch" ? `/meaning/${encodeURIComponent(applied.connection)}` : applied.equipment_path ? unitOf(applied.equipment_path) : connectionOf(applied.connection) });
  });
  // once it is applied the plant is another, and this would be looked at as if it were to come a second time
  const isAsked = !apply.isPending && !apply.isSuccess;
  const { data, error, isFetching, refetch } = useQuery({ ...previewQuery(JSON.stringify({ ...body, seen: null })), enabled: isAsked, placeholderData: keepPreviousData });
  const isStale = apply.error !== null && asProblem(apply.error).code === "plant-changed";
  if (error) return <Panel><ProblemNotice error={error} onRetry={() => void refetch()} /></Panel>;
  if (!data) return <Waiting lines={6} />;
  const nothing = data.faults.length === 0 && data.steps.length === 0 && data.secrets.length === 0;
  return (
    <>
      <Panel title={say("planTitle")} testid="review">
        {data.faults.length > 0 && <Faults faults={data.faults} go={go} />}
        {body.machine === null && <p className={css.impact}><Icon name="info" size={16} />{say("noMachine")}</p>}
        {nothing ? <Empty compact title={say("nothingChanges")} /> : <PlanView preview={data} />}
        {apply.error && <ProblemNotice error={apply.error} compact {...(isStale ? { onRetry: () => { apply.reset(); void refetch(); } } : {})} />}
        <div className={css.buttons}>
          <Button variant="default" onClick={() => go("machine")} data-testid="back">{say("back")}</Button>
          <Button disabled={data.faults.length > 0 || nothing || isFetching} loading={apply.isPending} onClick={() => apply.mutate({ ...body, seen: data.version })} data-testid="apply">{say("apply")}</Button>
        </div>
      </Panel>
      {data.files.length > 0 && <Panel title={say("files")}><p className={css.small}>{say("filesHint")}</p><Files preview={data} /></Panel>}
    </>
  );
}
