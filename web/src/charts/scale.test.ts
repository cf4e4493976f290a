import { describe, expect, it } from "vitest";
import { logScale, roundScale, steadyScale } from "./scale";

describe("scales", () => {
  it("are round and hold every value with 3 to 5 ticks", () => {
    expect(roundScale(91.3, 99.9, { ceiling: 100 }).ticks).toEqual([90, 95, 100]);
    expect(roundScale(0, 203, { fromZero: true }).ticks).toEqual([0, 100, 200, 300]);
    for (let i = 0; i < 2000; i++) {
      const low = Math.sin(i * 12.9898) * 10 ** (i % 9 - 3);
      const high = low + Math.abs(Math.sin(i * 78.233)) * 10 ** (i % 7 - 3);
      const scale = roundScale(low, high);
      expect(scale.low).toBeLessThanOrEqual(low + 1e-9 * Math.abs(low));
      expect(scale.high).toBeGreaterThanOrEqual(high - 1e-9 * Math.abs(high));
      expect(scale.ticks.length).toBeGreaterThanOrEqual(3);
      expect(scale.ticks.length).toBeLessThanOrEqual(5);
    }
  });

  it("hold a single value, and never claim more than 100 %", () => {
    expect(roundScale(100, 100, { ceiling: 100 }).high).toBe(100);
    expect(roundScale(99.99, 100, { ceiling: 100 }).high).toBe(100);
    expect(roundScale(0, 0, { fromZero: true })).toEqual({ low: 0, high: 1, ticks: [0, 0.5, 1] });
    const one = roundScale(5, 5);
    expect(one.low).toBeLessThan(5);
    expect(one.high).toBeGreaterThan(5);
  });

  it("stay until a value leaves or less than half is filled", () => {
    const shown = roundScale(90, 100, { ceiling: 100 });
    expect(steadyScale(shown, 94, 99.5)).toBe(shown);
    expect(steadyScale(shown, 89.9, 99)).not.toBe(shown);
    expect(steadyScale(shown, 99, 99.5)).not.toBe(shown);
    const rates = roundScale(0, 200, { fromZero: true });
    expect(steadyScale(rates, 100, 110, { fromZero: true })).toBe(rates);
    expect(steadyScale(rates, 20, 30, { fromZero: true })).not.toBe(rates);
  });

  it("use whole decades for latencies", () => {
    expect(logScale(null, 38, 340)).toEqual({ low: 10, high: 1000, ticks: [10, 100, 1000] });
    expect(logScale(null, 12, 88).ticks).toEqual([10, 20, 50, 100]);
    expect(logScale(null, 10, 10).high).toBe(100);
    expect(logScale(null, 0.5, 4e6).ticks.length).toBeLessThanOrEqual(5);
    const shown = logScale(null, 38, 340);
    expect(logScale(shown, 30, 900)).toBe(shown);
    expect(logScale(shown, 38, 1200)).not.toBe(shown);
  });
});
