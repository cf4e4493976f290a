import { describe, expect, it } from "vitest";
import type { Series, Status } from "../api/types";
import { findHoles, type HoleInputs } from "./holes";

const kBucket = 0.5e6;
const s = (n: number) => n * 1e6;
const line = (from: number, to: number, hole: [number, number] = [1, 0]): Series => {
  const t: number[] = [];
  for (let us = s(from); us < s(to); us += kBucket) t.push(us);
  const last = t.map((us) => (us >= s(hole[0]) && us < s(hole[1]) ? null : 1));
  return { t, min: last, max: last, last };
};
const inputs = (change: Partial<HoleInputs>): HoleInputs => ({
  status: null, outages: [], series: {}, main: "accuracy", bucketUs: kBucket, nowUs: s(100), ...change,
});
const status = (state: Status["state"], since: number) => ({ state, since_us: s(since) }) as Status;

describe("holes", () => {
  it("a lost connection is a hole in every chart, until now", () => {
    const [hole] = findHoles(inputs({ outages: [{ fromUs: s(90), toUs: null }] }));
    expect(hole).toMatchObject({ fromUs: s(90), toUs: s(100), lanes: [0, 1, 2], sign: "✕", short: "lost" });
    expect(hole?.text).toMatch(/^no connection since \d\d:\d\d:\d\d$/);
  });

  it("is filled by history when the server lived on, and stays when it did not", () => {
    const outages = [{ fromUs: s(50), toUs: s(60) }];
    expect(findHoles(inputs({ outages, series: { accuracy: line(0, 100) } }))).toEqual([]);
    const apart = { accuracy: { t: [s(49), s(61)], min: [1, 1], max: [1, 1], last: [1, 1] } };
    expect(findHoles(inputs({ outages, series: apart }))[0]?.text).toMatch(/^no connection .* to /);
  });

  it("ends with the first value of a server that was back before this page noticed", () => {
    const series = { accuracy: { t: [s(49), s(55), s(56)], min: [1, 1, 1], max: [1, 1, 1], last: [1, 1, 1] } };
    const holes = findHoles(inputs({ outages: [{ fromUs: s(50), toUs: s(60) }], series }));
    expect(holes.map((h) => [h.fromUs, h.toUs])).toEqual([[s(50), s(55)]]);
  });

  it("a stopped trainer leaves the latency alone", () => {
    const [hole] = findHoles(inputs({ status: status("stopped", 80) }));
    expect(hole).toMatchObject({ lanes: [0, 1], sign: "✕", fromUs: s(80), toUs: s(100), short: "stopped" });
    expect(findHoles(inputs({ status: status("ended", 80) }))[0]).toMatchObject({ sign: "■", short: "ended" });
    expect(findHoles(inputs({ status: status("learning", 80) }))).toEqual([]);
  });

  it("ends with the connection: nobody knows what came after", () => {
    const holes = findHoles(inputs({ status: status("stopped", 80), outages: [{ fromUs: s(90), toUs: null }] }));
    expect(holes.map((h) => [h.fromUs, h.toUs])).toEqual([[s(80), s(90)], [s(90), s(100)]]);
  });

  it("counts the values that were not finite, in the metric's chart only", () => {
    const [hole, none] = findHoles(inputs({ series: { accuracy: line(0, 100, [50, 62]) } }));
    expect(none).toBeUndefined();
    expect(hole).toMatchObject({ fromUs: s(50), toUs: s(62), lanes: [0], text: "not finite, 24 values" });
  });
});
