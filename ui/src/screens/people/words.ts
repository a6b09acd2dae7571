// The words of the users page.
import { defineWords } from "@/words/words";

export const navWords = defineWords({ en: { nav: "Users" }, de: { nav: "Benutzer" } });

export const words = defineWords({
  en: {
    title: "Users", count: "{n} in all", search: "Find a user", noMatch: "Nobody matches “{text}”", noMatchHint: "The search looks at names and logins.",
    add: "Add a user", cancel: "Cancel", close: "Close", done: "Done",
    person: "User", role: "Role", roleOf: "Role of {name}", state: "Access", seen: "Last seen", sessions: "Signed in", actions: "Actions", actionsFor: "Actions for {name}",
    active: "May enter", inactive: "Deactivated", invited: "Invited, no password yet", never: "never", you: "you",
    login: "Login", loginHint: "What they type to sign in. No spaces.", name: "Full name", language: "Language",
    viewer: "Sees everything, changes nothing.", operator: "Also starts jobs, names stops, enters pieces.", engineer: "Also decides about counter jumps and corrects samples.", administrator: "May do everything, also with the plant and its users.",
    makeLink: "Add and show the link", linkTitle: "Sign-in link for {name}", linkHint: "Give this link to {name}. It works once and is shown only now. Behind it they choose a password.", link: "Link", linkUntil: "Valid until", copy: "Copy", copied: "Copied",
    newLink: "New sign-in link", newLinkHint: "For somebody who is new or has lost their password. A link made before stops working.", edit: "Name and language", save: "Save",
    signOut: "Sign out everywhere", signOutTitle: "Sign {name} out everywhere?", signOutHint: "Every session of {name} ends now, on all devices. They can sign in again.", tokensToo: "End their API tokens too",
    deactivate: "Deactivate", deactivateTitle: "Deactivate {name}?", deactivateHint: "{name} is signed out everywhere at once and cannot sign in again. Their API tokens open nothing. What they did stays in the record.", activate: "Activate",
    didRole: "{name}: the role was changed.", didDeactivate: "{name} was deactivated.", didActivate: "{name} may enter again.", didSignOut: "{name} was signed out everywhere.", didChange: "{name}: saved.", undo: "Undo",
  },
  de: {
    title: "Benutzer", count: "{n} insgesamt", search: "Benutzer suchen", noMatch: "Niemand passt zu „{text}“", noMatchHint: "Gesucht wird in Namen und Anmeldenamen.",
    add: "Benutzer hinzufügen", cancel: "Abbrechen", close: "Schließen", done: "Fertig",
    person: "Benutzer", role: "Rolle", roleOf: "Rolle von {name}", state: "Zugang", seen: "Zuletzt da", sessions: "Angemeldet", actions: "Aktionen", actionsFor: "Aktionen für {name}",
    active: "Hat Zugang", inactive: "Gesperrt", invited: "Eingeladen, noch ohne Passwort", never: "nie", you: "Sie",
    login: "Anmeldename", loginHint: "Damit meldet sich die Person an. Ohne Leerzeichen.", name: "Vollständiger Name", language: "Sprache",
    viewer: "Sieht alles, ändert nichts.", operator: "Startet auch Aufträge, benennt Stillstände, meldet Stückzahlen.", engineer: "Entscheidet auch über Zählersprünge und korrigiert Messwerte.", administrator: "Darf alles, auch an Werk und Benutzern.",
    makeLink: "Hinzufügen und Link zeigen", linkTitle: "Anmelde-Link für {name}", linkHint: "Geben Sie {name} diesen Link. Er gilt einmal und wird nur jetzt gezeigt. Dahinter wird ein Passwort gewählt.", link: "Link", linkUntil: "Gültig bis", copy: "Kopieren", copied: "Kopiert",
    newLink: "Neuer Anmelde-Link", newLinkHint: "Für jemanden, der neu ist oder das Passwort verloren hat. Ein früherer Link gilt dann nicht mehr.", edit: "Name und Sprache", save: "Speichern",
    signOut: "Überall abmelden", signOutTitle: "{name} überall abmelden?", signOutHint: "Jede Sitzung von {name} endet jetzt, auf allen Geräten. Eine neue Anmeldung bleibt möglich.", tokensToo: "Auch API-Tokens beenden",
    deactivate: "Sperren", deactivateTitle: "{name} sperren?", deactivateHint: "{name} wird sofort überall abgemeldet und kann sich nicht mehr anmelden. API-Tokens öffnen nichts mehr. Was getan wurde, bleibt aufgezeichnet.", activate: "Entsperren",
    didRole: "{name}: Die Rolle wurde geändert.", didDeactivate: "{name} wurde gesperrt.", didActivate: "{name} hat wieder Zugang.", didSignOut: "{name} wurde überall abgemeldet.", didChange: "{name}: gespeichert.", undo: "Rückgängig",
  },
});
