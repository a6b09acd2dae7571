// The words of empty places and errors.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    loading: "Loading",
    retry: "Try again",
    noAnswer: "The server does not answer",
    noAnswerHint: "Check that Dovetail is running and that this device is on the plant network. The page tries again by itself.",
    failed: "This could not be loaded",
    forbidden: "You may not do this",
    signedOut: "Nobody is signed in",
    conflict: "This does not fit what is there now",
    invalid: "Something does not fit",
    tooMany: "Too many attempts",
    unreachable: "It cannot be reached now",
    missing: "There is nothing here",
    missingHint: "It does not exist, or it lies outside what you may see.",
    broken: "This part of the screen failed",
    brokenHint: "Reload the page. If it happens again, report what you did.",
  },
  de: {
    loading: "Wird geladen",
    retry: "Erneut versuchen",
    noAnswer: "Der Server antwortet nicht",
    noAnswerHint: "Prüfen Sie, ob Dovetail läuft und ob dieses Gerät im Werksnetz ist. Die Seite versucht es von selbst wieder.",
    failed: "Das konnte nicht geladen werden",
    forbidden: "Sie dürfen das nicht",
    signedOut: "Niemand ist angemeldet",
    conflict: "Das passt nicht zu dem, was jetzt ist",
    invalid: "Etwas passt nicht",
    tooMany: "Zu viele Versuche",
    unreachable: "Es ist gerade nicht erreichbar",
    missing: "Hier ist nichts",
    missingHint: "Es existiert nicht oder liegt außerhalb dessen, was Sie sehen dürfen.",
    broken: "Dieser Teil der Seite ist ausgefallen",
    brokenHint: "Laden Sie die Seite neu. Wenn es wieder geschieht, melden Sie bitte, was Sie getan haben.",
  },
});
