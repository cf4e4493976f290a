import { describe, expect, it } from "vitest";
import { type Comparison, verdict } from "./verdict";

const shuttle: Comparison = {
  name: "shuttle", subject: "always saying “normal”", task: "classification", unit: "%",
  rows: 41216, model: 0.9962, baseline: 0.9295, higherIsBetter: true,
};
const host: Comparison = {
  name: "host", subject: "saying “same as now”", task: "regression", unit: "points",
  rows: 5000, model: 1.93, baseline: 2.6, higherIsBetter: false,
};

describe("verdict", () => {
  it("says how many mistakes the baseline makes for one of the model", () => {
    expect(verdict(shuttle)).toBe("shuttle makes 1 mistake where always saying “normal” makes 19");
    expect(verdict(shuttle, true)).toBe(
      "shuttle made 1 mistake where always saying “normal” made 19");
    expect(verdict({ ...shuttle, model: 0.97, baseline: 0.955 })).toBe(
      "shuttle makes 1 mistake where always saying “normal” makes 1.5");
  });

  it("says so when the two are about as good", () => {
    expect(verdict({ ...shuttle, model: 0.931, baseline: 0.928 })).toBe(
      "shuttle is about as good as always saying “normal”: 6.9 % wrong, 7.2 %");
    expect(verdict({ ...shuttle, model: 1, baseline: 1 })).toMatch(/about as good.*0.0 % wrong/);
  });

  it("says so when the baseline is better", () => {
    expect(verdict({ ...shuttle, model: 0.86, baseline: 0.93 })).toBe(
      "Always saying “normal” is better: it makes 1 mistake where shuttle makes 2");
    expect(verdict({ ...shuttle, model: 0.86, baseline: 1 })).toBe(
      "Always saying “normal” is better: it makes no mistake where shuttle makes 140.0 per 1,000");
  });

  it("does not divide by a model without mistakes", () => {
    expect(verdict({ ...shuttle, model: 1 })).toBe(
      "shuttle makes no mistake where always saying “normal” makes 70.5 per 1,000");
  });

  it("says the error of a regression in its unit", () => {
    expect(verdict(host)).toBe("host is 1.9 points off where saying “same as now” is 2.6 off");
    expect(verdict({ ...host, model: 5.2 })).toBe(
      "Saying “same as now” is better: 2.6 points off where host is 5.2 off");
    expect(verdict({ ...host, unit: "", model: 0.1234, baseline: 0.5 }, true)).toBe(
      "host was 0.123 off where saying “same as now” was 0.500 off");
  });

  it("waits for 1,000 rows, and for a first one", () => {
    expect(verdict({ ...shuttle, rows: 999 })).toBe("999 rows learned; too early to compare");
    expect(verdict({ ...shuttle, rows: 1 })).toBe("1 row learned; too early to compare");
    expect(verdict({ ...shuttle, rows: 0 })).toMatch(/^Nothing learned yet/);
  });

  it("never compares what is not finite, not scored or without a baseline", () => {
    expect(verdict({ ...host, model: null })).toMatch(/the error of host is not finite/);
    expect(verdict({ ...shuttle, baseline: null })).toMatch(/no baseline/);
    const ads = {...shuttle, task: 'decision' as const, baseline: null, unit: ''};
    expect(verdict({...ads, rows: 12})).toMatch(/12 decisions learned; too early/);
    expect(verdict({...ads, rows: 2000, model: -0.312}))
        .toBe('2,000 decisions learned; one earns 0.312 on average');
    expect(verdict({...ads, rows: 2000, model: 1.5}, true))
        .toBe('2,000 decisions learned; one cost 1.50 on average');
    expect(verdict({ ...shuttle, task: "none" })).toMatch(/not scored/);
  });
});
