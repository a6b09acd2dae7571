// The words of the first set-up.
import { defineWords } from "@/words/words";

export const words = defineWords({
  en: {
    title: "Set up Dovetail", tagline: "Create the first person. They become administrator.", token: "Set-up token", tokenHint: "The server printed it when it started. It works once.",
    login: "Login", name: "Full name", password: "Password", passwordHint: "At least 12 characters. A sentence is fine.", submit: "Create and sign in", done: "Dovetail is already set up", doneHint: "Sign in with your login and password.", signIn: "Go to sign-in",
  },
  de: {
    title: "Dovetail einrichten", tagline: "Legen Sie die erste Person an. Sie wird Administrator.", token: "Einrichtungs-Token", tokenHint: "Der Server hat es beim Start ausgegeben. Es gilt einmal.",
    login: "Anmeldename", name: "Vollständiger Name", password: "Passwort", passwordHint: "Mindestens 12 Zeichen. Ein Satz ist gut.", submit: "Anlegen und anmelden", done: "Dovetail ist schon eingerichtet", doneHint: "Melden Sie sich mit Name und Passwort an.", signIn: "Zur Anmeldung",
  },
});
