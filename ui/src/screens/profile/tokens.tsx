// Keys for programs: made here, shown once, ended here.
import { Button, NumberInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "@/api/client";
import { ownTokensQuery } from "@/api/queries";
import type { OneTime, OwnToken } from "@/api/types";
import { Dialog } from "@/design/dialog";
import { Empty, ProblemNotice, Waiting } from "@/design/notice";
import { Secret } from "@/design/secret";
import css from "@/screens/profile/profile.module.css";
import { words } from "@/screens/profile/words";
import { When } from "@/show/show";
import { useWords } from "@/words/words";

const DAYS = 90;
const DAYS_MAX = 365;

function MakeDialog({ onClose }: { onClose: () => void }) {
  const say = useWords(words);
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState(DAYS);
  const make = useMutation({ mutationFn: () => post<OneTime>("/tokens", { name, days }), onSuccess: () => client.invalidateQueries({ queryKey: ["/tokens"] }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={say("make")} closeButtonProps={{ "aria-label": say("close") }} closeOnClickOutside={!make.data} size="lg" data-testid="token-dialog">
      {make.data ? (
        <div className={css.form}>
          <Secret label={say("token")} value={make.data.token} copy={say("copy")} copied={say("copied")} testid="token" />
          <p className={css.hint}>{say("tokenOnce")}</p>
          <div className={css.buttons}><Button onClick={onClose}>{say("done")}</Button></div>
        </div>
      ) : (
        <form className={css.form} onSubmit={submit}>
          <TextInput label={say("tokenName")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} required data-autofocus size="md" data-testid="token-name" />
          <NumberInput label={say("days")} value={days} onChange={(next) => setDays(typeof next === "number" ? next : DAYS)} min={1} max={DAYS_MAX} allowDecimal={false} size="md" data-testid="token-days" />
          {make.error && <ProblemNotice error={make.error} compact />}
          <div className={css.buttons}><Button variant="default" onClick={onClose}>{say("cancel")}</Button><Button type="submit" loading={make.isPending} data-testid="token-submit">{say("make")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}

function TokenRow({ token, onEnd }: { token: OwnToken; onEnd: (id: string) => void }) {
  const say = useWords(words);
  return (
    <tr data-testid="own-token" data-ended={token.revoked}>
      <th scope="row" translate="no">{token.name}</th>
      <td><When at={token.created} as="full" /></td>
      <td>{token.last_used ? <When at={token.last_used} as="full" /> : say("never")}</td>
      <td>{token.revoked ? say("revoked") : <When at={token.expires} as="full" />}</td>
      <td className={css.right}>{!token.revoked && <Button variant="default" size="xs" aria-label={say("revokeOf", { name: token.name })} onClick={() => onEnd(token.id)} data-testid="token-end">{say("revoke")}</Button>}</td>
    </tr>
  );
}

export function Tokens() {
  const say = useWords(words);
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(ownTokensQuery());
  const [making, setMaking] = useState(false);
  const end = useMutation({ mutationFn: (id: string) => post(`/tokens/${id}/revoke`), onSettled: () => client.invalidateQueries({ queryKey: ["/tokens"] }) });
  return (
    <>
      {(error ?? end.error) && <ProblemNotice error={error ?? end.error} onRetry={() => void refetch()} compact />}
      {isPending && <Waiting lines={3} />}
      {data?.length === 0 && <Empty compact icon="link" title={say("noTokens")} hint={say("tokensHint")} />}
      {data && data.length > 0 && (
        <div className={css.box} tabIndex={0} role="region" aria-label={say("tokens")}>
          <table className={css.table}>
            <thead><tr>{(["tokenName", "created", "lastUsed", "expires", "revoke"] as const).map((key) => <th key={key} scope="col">{key === "revoke" ? <span className="visually-hidden">{say(key)}</span> : say(key)}</th>)}</tr></thead>
            <tbody>{data.map((token) => <TokenRow key={token.id} token={token} onEnd={end.mutate} />)}</tbody>
          </table>
        </div>
      )}
      <div className={css.foot}><Button variant="default" size="sm" onClick={() => setMaking(true)} data-testid="token-make">{say("make")}</Button></div>
      {making && <MakeDialog onClose={() => setMaking(false)} />}
    </>
  );
}
