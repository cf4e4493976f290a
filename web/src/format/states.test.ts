import { describe, expect, it } from "vitest";
import type { Status } from "../api/types";
import { shortState, stateView } from "./states";

const at = (h: number, m: number, s: number) => new Date(2026, 10, 21, h, m, s).getTime() * 1000;
const now = at(14, 3, 26);
const base: Status = {
  model: "shuttle", time_us: now, state: "learning", reason: null, since_us: at(14, 2, 48),
  learned: 41216, learn_per_s: 200, offered_per_s: 200, queue: 0, predict_per_s: 91,
  refused_per_s: 0, predict_p50_us: 38, predict_p99_us: 88, lsn: 41227, published_lsn: 41216,
  durable_lsn: 41218, staleness_us: 400_000, staleness_high_us: 600_000, log_bytes: 1, memory_bytes: 1,
  not_finite: 0, rows_total: 49097, rows_sent: 41216,
};
const says = (change: Partial<Status>, lost: number | null = null) =>
  stateView({ ...base, ...change }, now, lost).text;

describe("state line", () => {
  it("says what is going on", () => {
    expect(says({})).toBe("learning, 0.4 s behind");
    expect(says({ state: "behind", staleness_us: 7_200_000 })).toBe("learning, 7.2 s behind");
    expect(says({ state: "waiting", learned: 0 })).toBe("waiting for the first row");
    expect(says({ state: "paused", reason: "by ops", staleness_us: 38e6 })).toBe(
      "paused by ops 14:02:48, 38 s behind");
    expect(says({ state: "paused", reason: "paused by an administrator", staleness_us: 0 })).toBe(
      "paused by an administrator 14:02:48, 0 s behind");
    expect(says({ state: "stopped", reason: "trainer stopped at row 33,601: out of memory" })).toBe(
      "trainer stopped at row 33,601: out of memory; predictions go on, 0.4 s behind");
    expect(says({ state: "ended" })).toBe(
      "end of stream: all 49,097 rows learned; predictions go on");
  });

  it("speaks of the past once the connection is lost", () => {
    expect(says({}, at(14, 3, 6))).toBe("was learning, 0.4 s behind, at 14:03:06");
    expect(stateView(base, now, at(14, 3, 6)).tone).toBe("off");
    expect(shortState(base, now, at(14, 3, 6)).text).toBe("was learning at 14:03:06");
  });

  it("has a shape for each state, so that colour is never alone", () => {
    const shapes = (["learning", "behind", "waiting", "stopped", "ended"] as const).map(
      (state) => stateView({ ...base, state }, now, null).shape);
    expect(new Set(shapes).size).toBe(5);
  });
});
