// The language and the appearance of the screens, as a person chooses them: in the menu and in the profile.
import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { put } from "@/api/client";
import { words } from "@/app/words";
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

export function LanguageChoice() {
  const say = useWords(words);
  const choose = (next: Language) => {
    chooseLanguage(next);
    put("/me/locale", { locale: next }).catch(() => undefined); // the choice holds on this device even when it cannot be kept
  };
  return <SegmentedControl fullWidth size="xs" value={useLanguage()} onChange={(value) => choose(value as Language)} data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))} aria-label={say("language")} data-testid="language" />;
}

export function AppearanceChoice() {
  const say = useWords(words);
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true }); // else it adds a style element, which the content security policy refuses
  return <SegmentedControl fullWidth size="xs" value={colorScheme} onChange={(value) => setColorScheme(value as "light")} data={(["light", "dark", "auto"] as const).map((value) => ({ value, label: say(value) }))} aria-label={say("appearance")} data-testid="appearance" />;
}
