// Who is signed in, with which roles; language, appearance, sign-out.
import { Popover, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { put, remove } from "@/api/client";
import { useMe } from "@/app/gate";
import css from "@/app/shell.module.css";
import { roleWords, words } from "@/app/words";
import { Icon } from "@/design/icons";
import { liveLink } from "@/live/live";
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "@/words/language";
import { useWords, wordFor } from "@/words/words";

function SignOut() {
  const say = useWords(words);
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => remove("/session"),
    onSettled: () => {
      liveLink.close();
      client.clear();
      location.assign("/sign-in"); // a fresh page: nothing of the last person stays in memory
    },
  });
  return <button type="button" className={css.menuItem} onClick={() => leave.mutate()} data-testid="sign-out"><Icon name="signOut" size={16} />{say("signOut")}</button>;
}

function Choices() {
  const say = useWords(words);
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true }); // else it adds a style element, which the content security policy refuses
  const choose = (next: Language) => {
    chooseLanguage(next);
    put("/me/locale", { locale: next }).catch(() => undefined); // the choice holds on this device even when it cannot be kept
  };
  return (
    <div className={css.menuHead}>
      <p className={css.label}>{say("language")}</p>
      <SegmentedControl fullWidth size="xs" value={language} onChange={(value) => choose(value as Language)} data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} aria-label={say("language")} data-testid="language" />
      <p className={css.label}>{say("appearance")}</p>
      <SegmentedControl fullWidth size="xs" value={colorScheme} onChange={(value) => setColorScheme(value as "light")} data={(["light", "dark", "auto"] as const).map((value) => ({ value, label: say(value) }))} aria-label={say("appearance")} data-testid="appearance" />
    </div>
  );
}

export function ProfileMenu() {
  const say = useWords(words);
  const language = useLanguage();
  const { person, grants } = useMe();
  return (
    <Popover position="bottom-end" width={290} shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className={css.button} data-testid="profile-menu" aria-label={`${say("account")}: ${person.name}`}>
          <Icon name="person" />
          <span>{person.name}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className={css.menuHead}>
          <div className={css.menuName}>{person.name}</div>
          <div className="quiet">{person.login}</div>
          <p className={css.label}>{say("grants")}</p>
          {grants.map((grant) => (
            <div key={`${grant.role} ${grant.node?.id}`} className={css.grant}>{`${wordFor(roleWords, language, grant.role)} – ${grant.node?.name ?? say("everywhere")}`}</div>
          ))}
        </div>
        <Choices />
        <SignOut />
      </Popover.Dropdown>
    </Popover>
  );
}
