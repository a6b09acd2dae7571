// What a signal is used for: who changes its address sees here which state, count, job and figures hang on it.
import type { NodeName, UsedFor, Wiring } from "@/api/types";
import { useEquipment } from "@/app/equipment";
import { Panel } from "@/design/panel";
import css from "@/screens/tag/tag.module.css";
import { purposeWords, words } from "@/screens/tag/words";
import { Go, placeOf } from "@/view/place";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

function Node({ node }: { node: NodeName }) {
  const equipment = useEquipment().map.byId(node.id);
  return equipment ? <Go to={placeOf(equipment)} className="link" testid="used-by">{node.name}</Go> : <span>{node.name}</span>;
}

function Use({ used }: { used: UsedFor }) {
  const say = useWords(words);
  const language = useLanguage();
  return (
    <li data-testid="use">
      {wordFor(purposeWords, language, used.counter ?? used.use)} · <Node node={used.equipment} />
      {used.figures.length > 0 && <p><span>{say("figures")}</span>{used.figures.map((node) => <Node key={node.id} node={node} />)}</p>}
    </li>
  );
}

export function Uses({ tag }: { tag: Wiring }) {
  const say = useWords(words);
  return (
    <Panel title={say("uses")} testid="tag-uses">
      {tag.used_for.length === 0 && <p className="quiet">{say("noUses")}</p>}
      <ul className={css.uses}>{tag.used_for.map((used) => <Use key={used.counter ?? used.use} used={used} />)}</ul>
    </Panel>
  );
}
