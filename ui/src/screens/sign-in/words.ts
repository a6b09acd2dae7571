// The words of the sign-in.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: { title: "Sign in", login: "Login", password: "Password", submit: "Sign in", failed: "Sign-in failed", once: "Signing you in…", onceFailed: "The link did not work", onceHint: "A one-time link works once and for a short time. Ask the server for a new one, or sign in with login and password.", tagline: "From the machine to the number, and back." },
  de: { title: "Anmelden", login: "Anmeldename", password: "Passwort", submit: "Anmelden", failed: "Anmeldung fehlgeschlagen", once: "Sie werden angemeldet …", onceFailed: "Der Link hat nicht funktioniert", onceHint: "Ein Einmal-Link gilt einmal und nur kurze Zeit. Lassen Sie sich vom Server einen neuen geben oder melden Sie sich mit Name und Passwort an.", tagline: "Von der Maschine zur Zahl und zurück." },
});
