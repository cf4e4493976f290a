import { describe, expect, it } from "vitest";
import { clock, duration, latency, moment, timeTicks } from "./times";

const at = (h: number, m: number, s: number, day = 21) =>
  new Date(2026, 10, day, h, m, s).getTime() * 1000;

describe("times", () => {
  it("tells local time, and the date when it is another day", () => {
    expect(clock(at(14, 3, 6))).toBe("14:03:06");
    expect(moment(at(14, 3, 6), at(15, 0, 0))).toBe("14:03:06");
    expect(moment(at(14, 3, 6, 20), at(15, 0, 0))).toBe("2026-11-20 14:03:06");
  });

  it("says how long with at most two units", () => {
    const said = [0, 0.02, 0.4, 9.97, 38, 250, 3600, 11_100, 187_200].map((s) => duration(s * 1e6));
    expect(said).toEqual([
      "0 s", "under 0.1 s", "0.4 s", "10 s", "38 s", "4 min 10 s", "1 h", "3 h 5 min",
      "2 days 4 h",
    ]);
    expect(duration(null)).toBe("–");
  });

  it("writes latencies in a unit that fits", () => {
    expect(latency(38.2)).toEqual({ value: "38", unit: "µs" });
    expect(latency(4.04)).toEqual({ value: "4.0", unit: "µs" });
    expect(latency(12_345)).toEqual({ value: "12", unit: "ms" });
    expect(latency(null)).toEqual({ value: "–", unit: "" });
  });

  it("puts ticks on round local times, never more than asked for", () => {
    const ticks = timeTicks(at(14, 0, 3), at(14, 3, 26), 8);
    expect(ticks.map((t) => t.text)).toEqual([
      "14:00:30", "14:01", "14:01:30", "14:02", "14:02:30", "14:03",
    ]);
    const days = timeTicks(at(10, 0, 0, 1), at(10, 0, 0, 21), 6);
    expect(days.length).toBeLessThanOrEqual(6);
    expect(days[0]?.text).toMatch(/^11-\d\d$/);
    expect(timeTicks(5, 5, 8)).toEqual([]);
  });
});
