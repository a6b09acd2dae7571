// The file: dropped or chosen, sent with its progress; one that waits already need not be sent again.
import { Button, Progress } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { post } from "@/api/client";
import { asProblem } from "@/api/problem";
import { ProblemNotice } from "@/design/notice";
import { Panel } from "@/design/panel";
import { sizeOf } from "@/exports/exports";
import { filesQuery, send, type Sending, type SentFile } from "@/screens/import-history/api";
import css from "@/screens/import-history/import-history.module.css";
import { words } from "@/screens/import-history/words";
import { formatNumber } from "@/show/format";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

function Drop({ onFile }: { onFile: (file: File) => void }) {
  const say = useWords(words);
  const [isOver, setOver] = useState(false);
  const taken = (file: File | undefined) => { if (file) onFile(file); };
  return (
    <label className={css.drop} data-over={isOver} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={(event) => { event.preventDefault(); setOver(false); taken(event.dataTransfer.files[0]); }}>
      <b>{say("drop")}</b>
      <span className={css.small}>{say("kinds")}</span>
      <input type="file" accept=".csv,.txt,.tsv,.xlsx,.parquet,.lp,.gz" aria-label={say("choose")} onChange={(event) => { taken(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} data-testid="history-file" />
    </label>
  );
}

export function SendingPart({ file, onFile }: { file: SentFile | null; onFile: (file: SentFile | null) => void }) {
  const say = useWords(words);
  const language = useLanguage();
  const client = useQueryClient();
  const { data: waiting } = useQuery(filesQuery());
  const [share, setShare] = useState(0);
  const going = useRef<Sending>(null);
  const sending = useMutation({
    mutationFn: (chosen: File) => { setShare(0); going.current = send(chosen, setShare); return going.current.done; },
    onSuccess: onFile, onSettled: () => client.invalidateQueries({ queryKey: filesQuery().queryKey }),
  });
  const remove = useMutation({ mutationFn: (id: string) => post(`/history-files/${id}/remove`), onSettled: () => client.invalidateQueries({ queryKey: filesQuery().queryKey }) });
  const told = (one: SentFile) => { const size = sizeOf(one.bytes); return say("waits", { name: one.name, size: `${formatNumber(size.value, language, size.digits)} ${size.unit}` }); };
  const stopped = sending.error instanceof DOMException;
  return (
    <Panel title={say("file")} testid="history-sending">
      {file && <p className={css.bar}><span data-testid="history-chosen">{told(file)}</span><Button size="xs" variant="default" onClick={() => onFile(null)}>{say("other")}</Button></p>}
      {!file && sending.isPending && <div className={css.bar} role="status"><Progress className={css.progress ?? ""} value={share * 100} aria-label={say("sending", { share: Math.round(share * 100) })} /><span>{say("sending", { share: Math.round(share * 100) })}</span><Button size="xs" variant="default" onClick={() => going.current?.stop()}>{say("stop")}</Button></div>}
      {!file && !sending.isPending && (
        <>
          <Drop onFile={sending.mutate} />
          {(waiting ?? []).map((one) => <p key={one.id} className={css.bar}><button type="button" className={css.waiting} onClick={() => onFile(one)}>{told(one)}</button><Button size="xs" variant="default" onClick={() => remove.mutate(one.id)}>{say("remove")}</Button></p>)}
        </>
      )}
      {sending.error && !stopped && <ProblemNotice error={asProblem(sending.error)} compact />}
      {remove.error && <ProblemNotice error={remove.error} compact />}
    </Panel>
  );
}
