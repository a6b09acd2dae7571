// Signals of a period as a file: what is wanted, and the files of before. Written by the server while others work on.
import { Button, NumberInput, SegmentedControl } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addressOf, post } from "@/api/client";
import { useJobs } from "@/app/jobs-indicator";
import { Dialog } from "@/design/dialog";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { asOfOf, type Export, everyFor, exportsQuery, type Format, FORMATS, KNOWN, type Known, knownOf, type Shape, SHAPES, sizeOf, TAGS_MAX, wholeSeconds } from "@/exports/exports";
import css from "@/exports/exports.module.css";
import { AS_SHOWN, askedOf, type Sums } from "@/exports/sums";
import { SumsPart } from "@/exports/sums-part";
import { words } from "@/exports/words";
import { exactWallOf, formatMoment, formatNumber, momentOfWall } from "@/show/format";
import { useReader, useZone, When } from "@/show/show";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

interface Given { what: "samples" | "sums"; sums: Sums; from: string; to: string; format: Format; shape: Shape; every: number; zone: "plant" | "UTC"; known: Known; at: string }
interface PartProps { given: Given; onGiven: (change: Partial<Given>) => void }

function PeriodPart({ given, onGiven, wrong }: PartProps & { wrong: boolean }) {
  const say = useWords(words);
  const field = (key: "from" | "to") => (
    <label className={css.field}>
      <span>{say(key)}</span>
      <input type="datetime-local" step={1} className={css.input} value={given[key]} onChange={(event) => onGiven({ [key]: event.currentTarget.value })} aria-invalid={wrong} data-testid={`export-${key}`} />
    </label>
  );
  return <><div className={css.pair}>{field("from")}{field("to")}</div>{wrong && <span role="alert" className={css.wrong}>{say("order")}</span>}</>;
}

/** Whether rows follow each other after so many seconds. */
const isEven = ({ what, shape, sums }: Given): boolean => (what === "samples" ? shape === "wide" : sums.over === "every");
const HINTS = { "samples-long": "longHint", "samples-wide": "wideHint", "sums-long": "longSumHint", "sums-wide": "wideSumHint" } as const;

/** Samples as they are stored, or what they come to. */
function WhatPart({ given, onGiven, equipment }: PartProps & { equipment: Whose | null }) {
  const say = useWords(words);
  return (
    <>
      <div className={css.field}><span>{say("what")}</span><SegmentedControl size="sm" value={given.what} onChange={(what) => onGiven({ what: what as Given["what"] })} data={[{ value: "samples", label: say("samples") }, { value: "sums", label: say("sums") }]} aria-label={say("what")} data-testid="export-what" /></div>
      {given.what === "sums" && <SumsPart sums={given.sums} equipment={equipment} onSums={(sums) => onGiven({ sums })} />}
    </>
  );
}

function ShapePart({ given, onGiven }: PartProps) {
  const say = useWords(words);
  return (
    <>
      <div className={css.pair}>
        <div className={css.field}><span>{say("shape")}</span><SegmentedControl size="sm" value={given.shape} onChange={(shape) => onGiven({ shape: shape as Shape })} data={SHAPES.map((value) => ({ value, label: say(given.what === "samples" ? value : value === "long" ? "longSum" : "wideSum") }))} aria-label={say("shape")} data-testid="export-shape" /></div>
        {isEven(given) && <NumberInput label={say("every")} value={given.every} onChange={(every) => onGiven({ every: typeof every === "number" ? every : 60 })} min={0.001} max={31_622_400} data-testid="export-every" />}
      </div>
      <p className={css.hint}>{say(HINTS[`${given.what}-${given.shape}`])}</p>
    </>
  );
}

/** Of what was corrected: what counts in the file. */
function KnownPart({ given, onGiven, asOf }: PartProps & { asOf: string | null }) {
  const say = useWords(words);
  const reader = useReader();
  const shown = asOf !== null && (/^\d+$/.test(asOf) ? `№ ${asOf}` : formatMoment(Date.parse(asOf), "minute", reader));
  const then = knownOf(asOf) === "then" ? [{ value: "then", label: say("then", { known: shown || "" }) }] : [];
  const hint = given.known === "sent" ? "sentHint" : given.known === "now" ? null : "knownHint";
  return (
    <>
      <div className={css.field}><span>{say("asKnown")}</span><SegmentedControl size="sm" value={given.known} onChange={(known) => onGiven({ known: known as Known })} data={[...then, ...KNOWN.map((value) => ({ value, label: say(value) }))]} aria-label={say("asKnown")} data-testid="export-known" /></div>
      {given.known === "at" && <label className={css.field}><span>{say("knownAt")}</span><input type="datetime-local" step={1} className={css.input} value={given.at} onChange={(event) => onGiven({ at: event.currentTarget.value })} data-testid="export-known-at" /></label>}
      {hint && <p className={css.hint}>{say(hint)}</p>}
    </>
  );
}

interface WishProps { tags: readonly number[]; span: Span; asOf: string | null; equipment: Whose | null; onClose: () => void }

function WishForm({ tags, span, asOf, equipment, onClose }: WishProps) {
  const say = useWords(words);
  const language = useLanguage();
  const zone = useZone();
  const client = useQueryClient();
  const [given, setGiven] = useState<Given>(() => {
    const wall = (ms: number) => exactWallOf(ms, zone).slice(0, 19);
    const { t0, t1 } = wholeSeconds(span);
    return { what: "samples", sums: { aggregates: AS_SHOWN, over: "every" }, from: wall(t0), to: wall(t1), format: "csv", shape: "long", every: everyFor(span.t1 - span.t0), zone: "plant", known: knownOf(asOf), at: wall(span.t1) };
  });
  const onGiven = (change: Partial<Given>) => setGiven((before) => ({ ...before, ...change }));
  const [t0, t1] = [momentOfWall(given.from, zone), momentOfWall(given.to, zone)];
  const atMs = momentOfWall(given.at, zone);
  const wrong = !(t1 > t0);
  const nowhen = given.known === "at" && Number.isNaN(atMs);
  const nothing = given.what === "sums" && given.sums.aggregates.length === 0;
  const make = useMutation({
    mutationFn: () => post<{ export_id: string }>("/exports", { tags: tags.map(String), start: new Date(t0).toISOString(), end: new Date(t1).toISOString(), format: given.format, shape: given.shape, every_s: given.every, zone: given.zone, language, as_of: asOfOf(given.known, { asOf, atMs }), ...(given.what === "sums" ? { aggregate: askedOf(given.sums, { every: given.every, equipment: equipment?.id ?? null }) } : {}) }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/exports"] }),
  });
  const { data: known } = useQuery(exportsQuery());
  const isWritten = make.isSuccess && known?.find((one) => one.id === make.data.export_id)?.state === "running";
  const submit = (event: FormEvent) => { event.preventDefault(); if (!wrong && !nowhen && !nothing) make.mutate(); };
  return (
    <form className={css.form} onSubmit={submit}>
      <PeriodPart given={given} onGiven={onGiven} wrong={wrong} />
      <WhatPart given={given} onGiven={onGiven} equipment={equipment} />
      <div className={css.pair}>
        <div className={css.field}><span>{say("format")}</span><SegmentedControl size="sm" value={given.format} onChange={(format) => onGiven({ format: format as Format })} data={FORMATS.map((value) => ({ value, label: say(value) }))} aria-label={say("format")} data-testid="export-format" /></div>
        <div className={css.field}><span>{say("zone")}</span><SegmentedControl size="sm" value={given.zone} onChange={(next) => onGiven({ zone: next as Given["zone"] })} data={[{ value: "plant", label: say("plant") }, { value: "UTC", label: say("utc") }]} aria-label={say("zone")} data-testid="export-zone" /></div>
      </div>
      <ShapePart given={given} onGiven={onGiven} />
      <KnownPart given={given} onGiven={onGiven} asOf={asOf} />
      {make.error && <ProblemNotice error={make.error} compact />}
      {isWritten && <p className={css.hint} role="status">{say("begun")}</p>}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>{say("close")}</Button>
        <Button type="submit" loading={make.isPending} disabled={wrong || nowhen || nothing} data-testid="export-make">{say("make")}</Button>
      </div>
    </form>
  );
}

function KnownThen({ known }: { known: number | null }) {
  const say = useWords(words);
  return known === null ? null : <> · {known === 0 ? say("wasSent") : say("wasKnown", { known: String(known) })}</>;
}

function Missing({ dropped }: { dropped: Export["dropped"] }) {
  const say = useWords(words);
  const n = dropped.reduce((sum, one) => sum + one.samples, 0);
  return n === 0 ? null : <> · {say("missing", { n })}</>;
}

function Said({ one }: { one: Export }) {
  const say = useWords(words);
  const language = useLanguage();
  const job = useJobs().find((work) => work.id === one.id);
  const size = sizeOf(one.bytes);
  switch (one.state) {
    case "running": return say("running", { share: job?.done ?? 0 });
    case "done": return <>{say("done", { rows: one.rows, size: `${formatNumber(size.value, language, size.digits)} ${size.unit}` })} · {say("until")} <When at={one.kept_until} as="day" /><KnownThen known={one.as_of} /><Missing dropped={one.dropped} /></>;
    default: return <>{say(one.state)}{one.state === "failed" && one.detail && <>: {one.detail}</>}</>;
  }
}

function Item({ one, onRemove }: { one: Export; onRemove: (id: string) => void }) {
  const say = useWords(words);
  const running = one.state === "running";
  return (
    <li className={css.item} data-testid="export-item" data-state={one.state}>
      <span className={css.name} translate="no">{one.name}</span>
      <span className={css.said} data-failed={one.state === "failed" || one.state === "lost"}><Said one={one} /></span>
      <span className={css.acts}>
        {one.state === "done" && <Button component="a" href={addressOf(`/exports/${one.id}/file`)} download={one.name} size="xs" aria-label={say("downloadOf", { name: one.name })} data-testid="export-download">{say("download")}</Button>}
        <Button size="xs" variant="default" onClick={() => onRemove(one.id)} aria-label={say(running ? "giveUpOf" : "removeOf", { name: one.name })} data-testid="export-remove">{say(running ? "giveUp" : "remove")}</Button>
      </span>
    </li>
  );
}

function Mine() {
  const say = useWords(words);
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(exportsQuery());
  const remove = useMutation({ mutationFn: (id: string) => post(`/exports/${id}/remove`), onSettled: () => client.invalidateQueries({ queryKey: ["/exports"] }) });
  return (
    <section className={css.mine}>
      <h3>{say("mine")}</h3>
      {(error ?? remove.error) && <ProblemNotice error={error ?? remove.error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={2} />}
      {data?.length === 0 && <Empty compact title={say("none")} hint={say("noneHint")} />}
      {data && data.length > 0 && <ul className={css.list} tabIndex={0} aria-label={say("mine")}>{data.map((one) => <Item key={one.id} one={one} onRemove={remove.mutate} />)}</ul>}
    </section>
  );
}

export interface Span { t0: number; t1: number }
/** An equipment whose jobs, lots, shifts and stops may be summed over. */
export interface Whose { id: number; name: string }
/** `asOf`: as known when the screen shows the signals, where it shows anything but what is known now. */
interface ButtonProps { tags: readonly number[]; total?: number; span: () => Span; size?: "xs" | "sm"; asOf?: string | null; equipment?: Whose | null }
/** The button beside signals; `total` are those that it stands for, where they may be more than `tags`. */
export function ExportButton({ tags, total = tags.length, span, size = "xs", asOf = null, equipment = null }: ButtonProps) {
  const say = useWords(words);
  const [opened, setOpened] = useState<Span | null>(null);
  const count = total === 1 ? say("one") : say("many", { n: total });
  const close = () => setOpened(null);
  return (
    <>
      <Button size={size} variant="default" onClick={() => setOpened(span())} disabled={total === 0} data-testid="export">{say("export")}</Button>
      <Dialog opened={opened !== null} onClose={close} title={`${say("title")} · ${count}`} size={620} closeButtonProps={{ "aria-label": say("close") }} data-testid="export-dialog">
        {total > TAGS_MAX ? <Empty compact title={count} hint={say("tooMany", { n: TAGS_MAX })} /> : opened && <WishForm tags={tags} span={opened} asOf={asOf} equipment={equipment} onClose={close} />}
        <Mine />
      </Dialog>
    </>
  );
}
