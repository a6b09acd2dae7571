// Taking a connection out of the plant: what goes with it is seen before, and can be taken back.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Dialog } from "@/design/dialog";
import { ProblemNotice, Waiting } from "@/design/notice";
import { showToast } from "@/design/toast";
import { removalQuery, useRemove, useTakeBack } from "@/screens/connect/api";
import css from "@/screens/connect/connect.module.css";
import { removalWords } from "@/screens/connect/removal-words";
import { PlanView } from "@/screens/connect/review-step";
import { useWords } from "@/words/words";

export default function Removal({ name, onClose }: { name: string; onClose: () => void }) {
  const say = useWords(removalWords);
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(removalQuery(name));
  const takeBack = useTakeBack(() => showToast({ text: say("takenBack") }));
  const remove = useRemove(name, (_, audit) => {
    showToast({ text: say("removed", { name }), ...(audit ? { act: { label: say("undo"), run: () => takeBack.mutate(audit) } } : {}) });
    void navigate({ to: "/connections" });
  });
  return (
    <Dialog opened onClose={onClose} title={say("title", { name })} closeButtonProps={{ "aria-label": say("close") }} size="lg" data-testid="removal">
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} compact />}
      {!data && !error && <Waiting />}
      {data && <PlanView preview={data} />}
      {data?.faults.map((fault) => <p key={fault.message} className={css.error}>{fault.message}</p>)}
      {remove.error && <ProblemNotice error={remove.error} compact />}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>{say("keep")}</Button>
        <Button color="red" disabled={!data || data.faults.length > 0} loading={remove.isPending} onClick={() => data && remove.mutate(data.version)} data-testid="remove-confirm">{say("remove")}</Button>
      </div>
    </Dialog>
  );
}
