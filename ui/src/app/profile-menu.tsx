// Who is signed in, with which roles; language, appearance, the way to the profile, sign-out.
import { Popover } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "@/api/client";
import { AppearanceChoice, LanguageChoice } from "@/app/choices";
import { useMe } from "@/app/gate";
import css from "@/app/shell.module.css";
import { roleWords, words } from "@/app/words";
import { Icon } from "@/design/icons";
import { liveLink } from "@/live/live";
import { Go } from "@/view/place";
import { useLanguage } from "@/words/language";
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
  return (
    <div className={css.menuHead}>
      <p className={css.label}>{say("language")}</p>
      <LanguageChoice />
      <p className={css.label}>{say("appearance")}</p>
      <AppearanceChoice />
    </div>
  );
}

export function ProfileMenu() {
  const say = useWords(words);
  const language = useLanguage();
  const { person, grants } = useMe();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={290} shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className={css.button} onClick={() => setOpen(!open)} data-testid="profile-menu" aria-label={`${say("account")}: ${person.name}`}>
          <Icon name="person" />
          <span className={css.who}>{person.name}</span>
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
        <div onClick={() => setOpen(false)}><Go to="/profile" className={css.menuItem} testid="profile-link"><Icon name="person" size={16} />{say("profile")}</Go></div>
        <SignOut />
      </Popover.Dropdown>
    </Popover>
  );
}
