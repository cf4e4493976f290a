import { describe, expect, it } from "vitest";
import type { Series } from "../api/types";
import { buildFrame, decimate, extent, nearest, newest, valueAt } from "./frame";

const kBucket = 1e6;
const line = (...points: [number, number | null][]): Series => ({
  t: points.map(([s]) => s * 1e6),
  min: points.map(([, v]) => v), max: points.map(([, v]) => v), last: points.map(([, v]) => v),
});

describe("frame", () => {
  it("puts series of different times on one axis without joining or inventing values", () => {
    const frame = buildFrame({ a: line([0, 1], [2, 3]), b: line([1, 7]) }, kBucket, { a: 100 });
    expect(frame.t).toEqual([0, 1e6, 2e6]);
    expect(frame.columns["a"]?.last).toEqual([100, undefined, 300]);
    expect(frame.columns["b"]?.last).toEqual([undefined, 7, undefined]);
  });

  it("breaks a line where nothing was measured for long", () => {
    const frame = buildFrame({ a: line([0, 1], [1, 2], [9, 3]) }, kBucket);
    expect(frame.t).toEqual([0, 1e6, 2e6, 9e6]);
    expect(frame.columns["a"]?.last).toEqual([1, 2, null, 3]);
  });

  it("breaks one line alone while the others go on", () => {
    const on: [number, number][] = Array.from({ length: 10 }, (_, i) => [i, 5]);
    const frame = buildFrame({ a: line([0, 1], [9, 3]), b: line(...on) }, kBucket);
    expect(frame.columns["a"]?.last.slice(1, 9)).toEqual(Array(8).fill(null));
    expect(frame.columns["b"]?.last).toEqual(Array(10).fill(5));
  });

  it("keeps what was not finite as a hole, out of every scale", () => {
    const frame = buildFrame({ a: line([0, 1], [1, null], [2, 3]) }, kBucket);
    expect(frame.columns["a"]?.last).toEqual([1, null, 3]);
    expect(extent(frame, ["a"], 0, 2e6)).toEqual([1, 3]);
    expect(extent(frame, ["missing"], 0, 2e6)).toBeNull();
  });

  it("keeps the smallest and the largest of each pixel, in time order", () => {
    const points: [number, number][] = Array.from({ length: 1000 }, (_, i) => [i, i === 505 ? 99 : i === 507 ? -99 : i % 3]);
    const frame = buildFrame({ a: line(...points) }, kBucket);
    const thin = decimate(frame, 0, 999e6, 100);
    expect(thin.t.length).toBeLessThanOrEqual(202);
    const cells = thin.columns["a"]?.last ?? [];
    const high = cells.indexOf(99);
    expect(high).toBeGreaterThan(0);
    expect(cells[high + 1]).toBe(-99);
    expect(thin.columns["a"]?.max[high]).toBe(99);
    expect(thin.columns["a"]?.min[high]).toBe(-99);
  });

  it("keeps a hole inside a pixel", () => {
    const points: [number, number | null][] = Array.from({ length: 1000 }, (_, i) => [i, i === 500 ? null : 1]);
    const thin = decimate(buildFrame({ a: line(...points) }, kBucket), 0, 999e6, 100);
    expect(thin.columns["a"]?.last).toContain(null);
  });

  it("leaves alone what fits, and the samples just outside", () => {
    const frame = buildFrame({ a: line([0, 1], [1, 2], [2, 3], [3, 4]) }, kBucket);
    expect(decimate(frame, 1.5e6, 2e6, 100).t).toEqual([1e6, 2e6, 3e6]);
  });

  it("finds samples and their values", () => {
    expect(nearest([0, 10, 20], 14)).toBe(1);
    expect(nearest([0, 10, 20], 99)).toBe(2);
    expect(nearest([], 5)).toBe(-1);
    const frame = buildFrame({ a: line([0, 1], [20, 3]), b: line([1, 7], [2, 7], [3, 7], [4, 7]) }, kBucket);
    expect(valueAt(frame, "a", 1)).toBeNull();
    expect(valueAt(frame, "b", 4)).toBe(7);
    expect(valueAt(frame, "nothing", 0)).toBeNull();
    expect(newest(frame, "a")).toBe(3);
    expect(newest(frame, "nothing")).toBeUndefined();
  });
});
