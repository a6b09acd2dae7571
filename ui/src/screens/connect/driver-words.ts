// Drivers speak English of themselves; those that come with Dovetail are known here in German too.
import type { Driver } from "@/screens/connect/api";
import { type Field, humanised } from "@/screens/connect/schema";
import { TAKEN, TAKEN_LABELS } from "@/screens/connect/taken-words";
import { type Language, useLanguage } from "@/words/language";

type Told = Readonly<Record<string, string>>;
const LABELS: Readonly<Record<Language, Told>> = {
  en: { host: "Host or IP address", port: "Port", unit: "Unit number", timeout_s: "Answer within, s", order: "Byte order", encoding: "Text encoding", window: "Requests at once", max_registers: "Registers per request", max_bits: "Bits per request", gap: "Gap read along", forbidden: "Never read", pacing_ms: "Rest between requests, ms", endpoint: "Server address", policy: "Security policy", mode: "Security mode", certificate: "Our certificate (file)", private_key: "Our private key (file)", server_fingerprint: "Fingerprint of the server", insecure: "Allow a link without security", user: "User", password: "Password", user_certificate: "User's certificate (file)", user_key: "Key of the user's certificate (file)", application_uri: "Application URI" },
  de: { link: "Verbindung über", serial_port: "Serielle Schnittstelle", baud: "Baudrate", parity: "Parität", stop_bits: "Stoppbits", host: "Name oder IP-Adresse", port: "Port", unit: "Gerätenummer (Unit)", timeout_s: "Antwort binnen, s", order: "Bytereihenfolge", encoding: "Zeichensatz der Texte", window: "Anfragen zugleich", max_registers: "Register je Anfrage", max_bits: "Bits je Anfrage", gap: "Lücke, die mitgelesen wird", forbidden: "Nie lesen", pacing_ms: "Pause zwischen Anfragen, ms", endpoint: "Adresse des Servers", policy: "Sicherheitsrichtlinie", mode: "Sicherheitsmodus", certificate: "Unser Zertifikat (Datei)", private_key: "Unser privater Schlüssel (Datei)", server_fingerprint: "Fingerabdruck des Servers", insecure: "Verbindung ohne Sicherheit zulassen", user: "Benutzer", password: "Passwort", user_certificate: "Zertifikat des Benutzers (Datei)", user_key: "Schlüssel zum Zertifikat des Benutzers (Datei)", application_uri: "Application URI", rack: "Rack", slot: "Steckplatz", route: "Weg (Route)", micro800: "Micro800", message: "Längste Nachricht (Bytes)", max_items: "Werte je Nachricht", connection: "Art der Verbindung", local_tsap: "Unser TSAP", remote_tsap: "Sein TSAP", pdu: "Längste Nachricht (Bytes)", ...TAKEN_LABELS },
};
const GERMAN: Told = {
  "modbus": "SPSen, Antriebe, Zähler und Gateways, alte und neue: Werte stehen in nummerierten Registern",
  "modbus needs": "IP-Adresse oder serielle Schnittstelle, Gerätenummer und die Registerliste aus der Anleitung",
  "modbus link": "tcp; eine serielle Schnittstelle dieses Rechners; oder rtu-over-tcp für ein Gateway, das serielle Telegramme durchreicht",
  "modbus serial_port": "für seriell, z. B. /dev/serial/by-id/usb-FTDI_… oder COM3", "modbus baud": "für seriell", "modbus parity": "für seriell; meist even", "modbus stop_bits": "für seriell; zwei, wo es keine Parität gibt",
  "modbus host": "Name oder IP-Adresse", "modbus unit": "Gerätenummer; hinter einem Gateway die Nummer des seriellen Geräts", "modbus timeout_s": "so lange darf das Gerät für eine Antwort brauchen",
  "modbus order": "Reihenfolge der Bytes eines Werts; ABCD: das höchste zuerst, CDAB vertauscht die Wörter", "modbus encoding": "von Texten: ascii, utf-8 oder latin-1", "modbus window": "mehr als 1 nur, wo das Gerät es verträgt",
  "modbus max_registers": "so viele Register darf eine Anfrage lesen", "modbus max_bits": "so viele Bits darf eine Anfrage lesen", "modbus gap": "ungenutzte Register, die mitgelesen werden statt zweimal zu fragen", "modbus forbidden": "was nie gelesen werden darf, z. B. 40100-40199", "modbus pacing_ms": "Pause zwischen einer Antwort und der nächsten Anfrage",
  "opcua": "neuere SPSen und Maschinen, die sich selbst beschreiben: ihre Signale lassen sich durchblättern",
  "opcua needs": "die Adresse des OPC-UA-Servers, und Benutzer oder Zertifikate, wenn er sie verlangt",
  "opcua endpoint": "opc.tcp://host:4840/pfad", "opcua security.certificate": "unser Anwendungszertifikat, PEM oder DER", "opcua security.private_key": "der Schlüssel dazu, PEM oder DER, Rechte 0600", "opcua security.server_fingerprint": "SHA-256 des Serverzertifikats, hexadezimal; nur dieser Server wird angenommen", "opcua security.insecure": "erlaubt die Richtlinie None: wer im Netz ist, kann Werte lesen und fälschen", "opcua user": "ohne ihn ist die Sitzung anonym", "opcua user_certificate": "statt eines Passworts: das Zertifikat, mit dem sich der Benutzer ausweist, PEM oder DER", "opcua user_key": "der Schlüssel dazu, PEM oder DER, Rechte 0600", "opcua application_uri": "unsere; ohne Angabe aus unserem Zertifikat",
  "s7": "Siemens-Steuerungen: S7-300, 400, 1200, 1500 und LOGO!, nach Datenbaustein und Versatz", "s7 needs": "IP-Adresse, Rack und Steckplatz, und die Datenbausteine aus dem Programm; PUT/GET in 1200 und 1500 erlaubt",
  "s7 host": "Name oder IP-Adresse der CPU oder ihrer Ethernet-Baugruppe", "s7 rack": "0, wenn die Anlage nicht mehrere Racks hat", "s7 slot": "der CPU: 1 bei S7-1200 und 1500, 2 bei S7-300, siehe Rack bei 400", "s7 connection": "welche der reservierten Verbindungen der CPU sie belegt", "s7 timeout_s": "so lange darf die Steuerung für eine Antwort brauchen", "s7 encoding": "ascii, utf-8, latin-1 oder eine Windows-Codepage, z. B. cp1252", "s7 window": "mehr als 1 nur, wo die CPU es verträgt; sie wird beim Verbinden gefragt", "s7 pdu": "die CPU kann weniger zusagen: 240 viele S7-300 und 1200, 480 oder 960 größere", "s7 max_items": "20 verträgt jede CPU", "s7 gap": "ungenutzte Bytes, die mitgelesen werden statt eines Werts mehr in der Anfrage", "s7 forbidden": "was nie gelesen werden darf, z. B. [DB10.DBB100-DBB199]", "s7 local_tsap": "hexadezimal, für LOGO! und S7-200, z. B. 01.00", "s7 remote_tsap": "statt Rack und Steckplatz, für LOGO! und S7-200, z. B. 02.00",
  "ethernetip": "Steuerungen von Rockwell / Allen-Bradley: ControlLogix, CompactLogix, GuardLogix und Micro800, über die Namen der Tags", "ethernetip needs": "IP-Adresse und Steckplatz der Steuerung; ihre Tags lassen sich durchblättern",
  "ethernetip host": "Name oder IPv4-Adresse der Steuerung oder ihrer EtherNet/IP-Baugruppe", "ethernetip slot": "der Steuerung in ihrem Rack; 0 bei CompactLogix", "ethernetip route": "statt des Steckplatzes: Port.Steckplatz oder Port.Adresse, z. B. 1.3/2.192.168.1.5/1.0", "ethernetip micro800": "eine Micro800: sie hat kein Rack und nimmt eine Frage je Nachricht", "ethernetip timeout_s": "so lange darf die Steuerung für eine Antwort brauchen", "ethernetip message": "ohne Angabe 4002, und 504, wo die Steuerung das nicht gewährt", "ethernetip max_items": "weniger nur, wo die Steuerung es nicht verträgt", "ethernetip encoding": "ascii, utf-8, latin-1 oder eine Windows-Codepage, z. B. cp1252",
  "mqtt": "Gateways, Sensoren und Programme, die an einen Broker senden: einfache Werte oder JSON", "mqtt needs": "Adresse des Brokers, Benutzer und Passwort, und die Topics",
  "sparkplug": "Gateways, die in der Form von Sparkplug B an einen Broker senden und ankündigen, was sie haben", "sparkplug needs": "Adresse des Brokers, Benutzer und Passwort, und die Namen von Gruppe und Knoten",
  "mtconnect": "Werkzeugmaschinen mit MTConnect-Agent: ihre Datenpunkte lassen sich durchblättern", "mtconnect needs": "die Adresse des Agenten",
  "http": "Geräte und Programme, die JSON unter einer Webadresse ausgeben, regelmäßig gefragt", "http needs": "die Adresse, und wo im JSON jeder Wert steht",
  "s7 means DB10.DBD4:real": "eine Dezimalzahl, vier Bytes ab 4", "s7 means DB10.DBW6:int": "eine ganze Zahl mit Vorzeichen, zwei Bytes", "s7 means DB10.DBX2.3": "ein Bit", "s7 means DB10.DBB20:string30": "ein Text von bis zu 30 Zeichen", "s7 means MD20:dint": "ein Doppelwort der Merker", "s7 means I0.3": "ein Eingang",
  "ethernetip means Pieces": "ein Tag der Steuerung", "ethernetip means Program:Main.Speed": "ein Tag eines Programms", "ethernetip means Line.Motors[3].Speed": "ein Teil einer Struktur in einem Feld (Array)", "ethernetip means Flags.5": "ein Bit einer ganzen Zahl", "ethernetip means Temps[0]{10}": "zehn Elemente eines Felds, als Liste",
  "mqtt means line1/filler/speed": "die ganze Nachricht eines Topics", "mqtt means line1/filler#/speed": "ein Teil einer JSON-Nachricht", "sparkplug means line1/gateway:Motor/Speed": "eine Metrik eines Knotens", "sparkplug means line1/gateway/filler:Motor/Speed": "eine Metrik eines Geräts dahinter",
  "modbus means 40001": "ein Halteregister, 0 bis 65535", "modbus means 30001:float32": "eine Dezimalzahl in zwei Eingangsregistern", "modbus means 40007:uint32": "ein großer Zähler in zwei Halteregistern", "modbus means 40007:uint32:CDAB": "derselbe, niederes Wort zuerst", "modbus means 10001": "ein digitaler Eingang, an oder aus", "modbus means 00001": "eine Spule (Coil), an oder aus", "modbus means 40010.3": "ein Bit eines Registers; .0 ist das niedrigste", "modbus means 40021:string16": "ein Text von 16 Bytes",
  "opcua means nsu=urn:maker:line;s=Filler.State": "ein Knoten über seinen Namen, sicher gegen Umnummerieren", "opcua means nsu=urn:maker:line;path=Filler/State": "ein Knoten über seinen Pfad", "opcua means ns=4;i=1001": "ein Knoten über seine Nummer, wie viele Programme sie zeigen",
  ...TAKEN,
};

export interface DriverWords { says: (driver: Driver) => string; needs: (driver: Driver) => string; label: (driver: Driver, field: Field) => string; help: (driver: Driver, field: Field) => string; means: (driver: Driver, example: Driver["examples"][number]) => string }

/** A driver's own words in the language of the reader, as far as they are known. */
export function useDriverWords(): DriverWords {
  const language = useLanguage();
  const own = (key: string, english: string) => (language === "de" ? GERMAN[key] ?? english : english);
  return {
    says: (driver) => own(driver.name, driver.says || driver.addresses),
    needs: (driver) => own(`${driver.name} needs`, driver.needs),
    label: (_driver, field) => LABELS[language][field.name] ?? (field.title || humanised(field.name)),
    help: (driver, field) => own(`${driver.name} ${field.path}`, field.help),
    means: (driver, example) => own(`${driver.name} means ${example.address}`, example.means),
  };
}
