// The words of approving a server.
import { defineWords } from "@/words/words";

export const unapprovedWords = defineWords({
  en: { unknown: "Nobody has approved this server's certificate yet", other: "This server shows another certificate than the one that was approved: ask who changed it before you approve it", sha256: "Fingerprint (SHA-256)", approved: "Approved before", subject: "Issued to", issuer: "Issued by", valid_from: "Valid from", valid_to: "Valid to", compared: "I compared the fingerprint at the server itself", approve: "Approve and test again" },
  de: { unknown: "Das Zertifikat dieses Servers hat noch niemand geprüft", other: "Dieser Server zeigt ein anderes Zertifikat als das geprüfte: vor dem Zulassen klären, wer es gewechselt hat", sha256: "Fingerabdruck (SHA-256)", approved: "Bisher zugelassen", subject: "Ausgestellt für", issuer: "Ausgestellt von", valid_from: "Gültig ab", valid_to: "Gültig bis", compared: "Fingerabdruck am Server selbst verglichen", approve: "Zulassen und erneut prüfen" },
});
