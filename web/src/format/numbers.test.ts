import { describe, expect, it } from "vitest";
import { bytes, figure, metric, num, percent, shortest, signed, target } from "./numbers";

describe("numbers", () => {
  it("separates thousands and writes a true minus", () => {
    expect(num(41216)).toBe("41,216");
    expect(num(-0.387, 2)).toBe("−0.39");
    expect(num(-0.001, 2)).toBe("0.00");
  });

  it("says – for what is not known, never 0", () => {
    for (const unknown of [null, undefined, NaN, Infinity]) {
      expect(num(unknown)).toBe("–");
      expect(figure(unknown)).toBe("–");
      expect(percent(unknown)).toBe("–");
      expect(metric(unknown, "points")).toBe("–");
    }
  });

  it("signs parts", () => {
    expect(signed(0.438)).toBe("+0.44");
    expect(signed(-1.74)).toBe("−1.74");
    expect(signed(-0.001)).toBe("+0.00");
    expect(signed(-3.4028235e38)).toBe("−3.40e+38");
  });

  it("keeps three digits that matter", () => {
    expect([0.012345, 0.5, 3.6178, 36.2, 362.4, 41216].map(figure)).toEqual([
      "0.0123", "0.500", "3.62", "36.2", "362", "41,216",
    ]);
    expect(figure(0)).toBe("0");
    expect(figure(1.5e12)).toBe("1.50e+12");
  });

  it("never rounds what is short of everything up to 100 %, nor something down to 0 %", () => {
    expect(percent(0.9962)).toBe("99.6 %");
    expect(percent(0.9998)).toBe("99.98 %");
    expect(percent(1)).toBe("100.0 %");
    expect(percent(0.0008, 2)).toBe("0.08 %");
    expect(percent(0.0000001)).toBe("under 0.001 %");
    expect(percent(0.9999999)).toBe("over 99.999 %");
    expect(percent(0)).toBe("0.0 %");
  });

  it("gives metrics and targets their unit", () => {
    expect(metric(0.9962, "%")).toBe("99.6 %");
    expect(metric(3.62, "points")).toBe("3.6 points");
    expect(metric(0.1274, "")).toBe("0.127");
    expect(target(22.7, "points")).toBe("23 %");
    expect(target(105, "")).toBe("105");
  });

  it("writes an FP32 with as few digits as it needs", () => {
    expect(shortest(Math.fround(0.1))).toBe(0.1);
    expect(shortest(99.94318389892578)).toBe(99.943184);
    expect(shortest(-4)).toBe(-4);
    expect(Math.fround(shortest(Math.fround(Math.PI)))).toBe(Math.fround(Math.PI));
  });

  it("writes bytes in steps of a thousand", () => {
    expect([0, 999, 1200, 34_000_000].map(bytes)).toEqual(["0 B", "999 B", "1.2 kB", "34 MB"]);
    expect(bytes(null)).toBe("–");
  });
});
