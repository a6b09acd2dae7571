import { describe, expect, it } from "vitest";
import { asTime, shortTime } from "@/screens/calendars/times";

describe("times of day", () => {
  it.each([["6", "06:00"], ["630", "06:30"], ["6:30", "06:30"], ["06.30", "06:30"], ["2200", "22:00"], ["24", "24:00"], ["25", null], ["24:30", null], ["6:75", null], ["six", null], ["", null]])("%s is %s", (typed, time) => expect(asTime(typed)).toBe(time));
  it.each([["06:00", "6"], ["06:30", "6:30"], ["22:00", "22"], ["00:00", "0"], ["10:05", "10:05"]])("%s in short is %s", (time, short) => expect(shortTime(time)).toBe(short));
});
