import { describe, expect, it } from "vitest";
import { emptySeries, joinOlder, put } from "./series";

const fill = (...points: [number, number | null][]) =>
  points.reduce((s, [us, v]) => put(s, us, v, 10, -Infinity), emptySeries());

describe("series", () => {
  it("keeps minimum, maximum and last of a bucket", () => {
    expect(fill([11, 5], [14, 2], [19, 9], [20, 1])).toEqual({
      t: [10, 20], min: [2, 1], max: [9, 1], last: [9, 1],
    });
  });

  it("marks a bucket that ended not finite, and keeps what was finite in it", () => {
    expect(fill([10, 5], [12, null])).toEqual({ t: [10], min: [5], max: [5], last: [null] });
    expect(fill([10, null])).toEqual({ t: [10], min: [null], max: [null], last: [null] });
  });

  it("drops values that were sent again", () => {
    expect(fill([30, 1], [15, 7])).toEqual(fill([30, 1]));
  });

  it("forgets what is older than the span, and leaves the given series as it was", () => {
    const before = fill([10, 1], [20, 2], [30, 3]);
    const copy = structuredClone(before);
    expect(put(before, 40, 4, 10, 25).t).toEqual([20, 30, 40]);
    expect(before).toEqual(copy);
  });

  it("joins what only the page still remembers before a new history", () => {
    const joined = joinOlder(fill([10, 1], [20, 2], [30, 3]), fill([30, 9], [40, 4]), 15);
    expect(joined.t).toEqual([20, 30, 40]);
    expect(joined.last).toEqual([2, 9, 4]);
    expect(joinOlder(fill([10, 1]), emptySeries(), 0).t).toEqual([10]);
    expect(joinOlder(undefined, fill([10, 1]), 0).t).toEqual([10]);
    expect(joinOlder(fill([10, 1]), fill([10, 2]), 0).last).toEqual([2]);
  });
});
