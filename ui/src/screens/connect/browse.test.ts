// Whoever looks for a signal keeps the folders it may lie in.
import { describe, expect, it } from "vitest";
import type { Found } from "@/screens/connect/api";
import { shownOf } from "@/screens/connect/browse";

const found = (name: string, isFolder = false): Found => ({ address: `ns=2;s=${name}`, name, is_folder: isFolder, kind: null, unit: null });
const ALL = [found("Status", true), found("StateCurrent"), found("CurMachSpeed")];

describe("what is shown of a folder", () => {
  it.each([
    ["", ["Status", "StateCurrent", "CurMachSpeed"]],
    [" speed ", ["Status", "CurMachSpeed"]],
    ["ns=2;s=state", ["Status", "StateCurrent"]],
    ["torque", ["Status"]],
  ])("looking for %j: %j", (wanted, names) => expect(shownOf(ALL, wanted).map((one) => one.name)).toEqual(names));
});
