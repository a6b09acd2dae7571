// The words of one's own profile.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Your profile" }, de: { nav: "Ihr Profil" } });

export const words = defineWords({
  en: {
    title: "Your profile", who: "Who you are", name: "Name", login: "Login", roles: "Roles", whoHint: "An administrator changes name and role.", everywhere: "whole installation",
    screens: "Screens", language: "Language", appearance: "Appearance",
    password: "Password", oldPassword: "Present password", newPassword: "New password", passwordHint: "At least 12 characters. A sentence is fine.", again: "The same again", differs: "The two are not the same", change: "Change password", changed: "Your password was changed. Your other sessions have ended.",
    sessions: "Where you are signed in", where: "Device", device: "{browser} on {system}", unknownDevice: "Unknown device", current: "here", since: "Signed in", seen: "Last used", end: "End", endOf: "End the session {device}, last used {seen}", endOthers: "Sign out everywhere else", noOthers: "You are signed in nowhere else.",
    tokens: "API tokens", tokensHint: "A key for a program. It may do what you may, and ends by itself.", noTokens: "No tokens", tokenName: "What it is for", days: "Valid for days", created: "Made", expires: "Ends", lastUsed: "Last used", never: "never", revoked: "ended", revoke: "End", revokeOf: "End the token {name}", make: "Make a token", token: "Token", tokenOnce: "It is shown only now. Keep it where the program finds it.", copy: "Copy", copied: "Copied", close: "Close", cancel: "Cancel", done: "Done",
  },
  de: {
    title: "Ihr Profil", who: "Wer Sie sind", name: "Name", login: "Anmeldename", roles: "Rollen", whoHint: "Name und Rolle ändert ein Administrator.", everywhere: "ganze Installation",
    screens: "Bildschirm", language: "Sprache", appearance: "Darstellung",
    password: "Passwort", oldPassword: "Jetziges Passwort", newPassword: "Neues Passwort", passwordHint: "Mindestens 12 Zeichen. Ein Satz ist gut.", again: "Noch einmal dasselbe", differs: "Die beiden sind nicht gleich", change: "Passwort ändern", changed: "Ihr Passwort wurde geändert. Ihre anderen Sitzungen sind beendet.",
    sessions: "Wo Sie angemeldet sind", where: "Gerät", device: "{browser} unter {system}", unknownDevice: "Unbekanntes Gerät", current: "hier", since: "Angemeldet", seen: "Zuletzt benutzt", end: "Beenden", endOf: "Sitzung {device} beenden, zuletzt benutzt {seen}", endOthers: "Überall sonst abmelden", noOthers: "Sie sind sonst nirgends angemeldet.",
    tokens: "API-Tokens", tokensHint: "Ein Schlüssel für ein Programm. Er darf, was Sie dürfen, und endet von selbst.", noTokens: "Keine Tokens", tokenName: "Wofür er ist", days: "Gültig für Tage", created: "Erstellt", expires: "Endet", lastUsed: "Zuletzt benutzt", never: "nie", revoked: "beendet", revoke: "Beenden", revokeOf: "Token {name} beenden", make: "Token erstellen", token: "Token", tokenOnce: "Er wird nur jetzt gezeigt. Bewahren Sie ihn dort auf, wo das Programm ihn findet.", copy: "Kopieren", copied: "Kopiert", close: "Schließen", cancel: "Abbrechen", done: "Fertig",
  },
});
