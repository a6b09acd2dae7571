// What a person has named, as it is sent: nothing is looked at that stands nowhere here.
import type { Found, Way } from "@/screens/find-devices/api";

export interface Choice { ranges: string; units: string; dropped: readonly string[]; ports: Readonly<Record<string, string>> }
export const NO_CHOICE: Choice = { ranges: "", units: "1-8", dropped: [], ports: {} };

const words = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);
export const rangesOf = (choice: Choice): string[] => words(choice.ranges);
export const portsOf = (choice: Choice, way: Way): number[] => words(choice.ports[way.name] ?? way.ports.join(" ")).map(Number);
export const waysOf = (choice: Choice, ways: readonly Way[]): Record<string, number[]> => Object.fromEntries(ways.filter((way) => !choice.dropped.includes(way.name)).map((way) => [way.name, portsOf(choice, way)]));

/** Ports that are none, by the name of their way. */
export const wrongPorts = (choice: Choice, ways: readonly Way[]): string[] =>
  Object.entries(waysOf(choice, ways)).filter(([, ports]) => ports.length === 0 || ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535)).map(([name]) => name);

/** The address of Connect with its form filled in for what was found. */
export const connectOf = ({ connect }: Found): string => `/connect?${new URLSearchParams({ driver: connect.driver, name: connect.name, options: JSON.stringify(connect.options) }).toString()}`;
