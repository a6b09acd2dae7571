// What a search has found until now: what can be connected, what nobody here speaks with, and who was left alone.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { may, useMe } from "@/app/gate";
import { Empty } from "@/design/notice";
import { Panel } from "@/design/panel";
import type { Found, Search, Way } from "@/screens/find-devices/api";
import { connectOf } from "@/screens/find-devices/asked";
import css from "@/screens/find-devices/find-devices.module.css";
import { words } from "@/screens/find-devices/words";
import { useWords } from "@/words/words";

function Find({ found, title, connects }: { found: Found; title: string; connects: boolean }) {
  const say = useWords(words);
  return (
    <li className={css.find} data-testid="find">
      <div className={css.says}>
        <h3 translate="no">{found.says}</h3>
        <p>{say("speaks", { driver: title, host: found.host, port: String(found.port) })}</p>
        {[...found.details, ...found.notes].map((line) => <p key={line}>{line}</p>)}
        {found.connect.missing && <p>{say("missing", { what: found.connect.missing })}</p>}
      </div>
      {connects && <Button component={Link} to={connectOf(found)} variant="default" aria-label={say("connectName", { name: found.connect.name })} data-testid="connect-this">{say("connect")}</Button>}
    </li>
  );
}

function Plain({ title, lines, testid }: { title: string; lines: readonly string[]; testid: string }) {
  if (lines.length === 0) return null;
  return <Panel title={title} testid={testid}><ul className={css.plain}>{lines.map((line) => <li key={line}>{line}</li>)}</ul></Panel>;
}

export function Results({ search, ways }: { search: Search; ways: readonly Way[] }) {
  const say = useWords(words);
  const connects = may(useMe(), "plant.edit");
  const titleOf = (driver: string) => ways.find((way) => way.name === driver)?.title ?? driver;
  const isOver = search.state !== "running";
  return (
    <>
      <Panel title={say("found")} testid="finds">
        {search.finds.length === 0 && (isOver ? <Empty icon="search" title={say("nothing")} hint={say("nothingHint")} /> : <p className="quiet">{say("nothingYet")}</p>)}
        <ul className={css.finds}>{search.finds.map((found) => <Find key={`${found.connect.name} ${found.port} ${found.says}`} found={found} title={titleOf(found.driver)} connects={connects} />)}</ul>
      </Panel>
      <Plain title={say("strangers")} testid="strangers" lines={search.strangers.map((one) => say("stranger", { host: one.host, port: String(one.port), tried: one.tried.join(", ") }))} />
      <Plain title={say("left")} testid="left-alone" lines={search.left.map((one) => `${one.host}: ${one.why}`)} />
    </>
  );
}
