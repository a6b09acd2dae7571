// One's own account on one page.
import { AppearanceChoice, LanguageChoice } from "@/app/choices";
import { may, useMe } from "@/app/gate";
import { roleWords } from "@/app/words";
import { Panel } from "@/design/panel";
import { PasswordForm } from "@/screens/profile/password";
import css from "@/screens/profile/profile.module.css";
import { Sessions } from "@/screens/profile/sessions";
import { Tokens } from "@/screens/profile/tokens";
import { words } from "@/screens/profile/words";
import { useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

function Who() {
  const say = useWords(words);
  const language = useLanguage();
  const { person, grants } = useMe();
  return (
    <div className={css.form}>
      <dl className={css.facts}>
        <dt>{say("name")}</dt><dd translate="no">{person.name}</dd>
        <dt>{say("login")}</dt><dd translate="no">{person.login}</dd>
        <dt>{say("roles")}</dt><dd>{grants.map((grant) => <div key={`${grant.role} ${grant.node?.id}`}>{`${wordFor(roleWords, language, grant.role)} – ${grant.node?.name ?? say("everywhere")}`}</div>)}</dd>
      </dl>
      <p className={css.hint}>{say("whoHint")}</p>
    </div>
  );
}

export default function Profile() {
  const say = useWords(words);
  const me = useMe();
  return (
    <div data-testid="profile">
      <h1>{say("title")}</h1>
      <div className={css.grid}>
        <Panel title={say("who")}><Who /></Panel>
        <Panel title={say("screens")}>
          <div className={css.form}>
            <div><p className={css.label}>{say("language")}</p><LanguageChoice /></div>
            <div><p className={css.label}>{say("appearance")}</p><AppearanceChoice /></div>
          </div>
        </Panel>
        <Panel title={say("password")}><PasswordForm /></Panel>
        <Panel title={say("sessions")} flush><Sessions /></Panel>
        {may(me, "token.create") && <div className={css.wide}><Panel title={say("tokens")} flush><Tokens /></Panel></div>}
      </div>
    </div>
  );
}
