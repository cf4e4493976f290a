import { describe, expect, it } from "vitest";
import type { ModelInfo } from "../api/types";
import { cellText, question, readAnswer, readCell } from "./answer";

const shuttle = {
  model: "shuttle", task: "classification", unit: "%", dense: true, features: ["f1", "f2"],
  classes: [{ id: "0", name: "normal" }, { id: "1", name: "anomaly" }],
} as ModelInfo;
const host = { ...shuttle, task: "regression", unit: "points", classes: [] } as ModelInfo;
const tensor = (name: string, data: (number | string)[]) => ({ name, shape: [1, data.length], datatype: "FP32", data });

describe("answers", () => {
  it("asks for parts unless the learner has none", () => {
    expect(question(shuttle, [1, 2])).toMatchObject({ parameters: { contributions: true } });
    expect(question({ ...shuttle, contributions: false }, [1, 2])).not.toHaveProperty("parameters");
  });

  it("names the class and the probability that the bars point to", () => {
    const reply = {
      outputs: [tensor("label", [0]), tensor("probability", [0.9992, 0.0008]), tensor("contribution", [-1.7, 0.5]), tensor("bias", [-6.2])],
    };
    expect(readAnswer(shuttle, reply)).toEqual({
      said: "normal", sure: "anomaly 0.08 %", parts: [-1.7, 0.5], bias: -6.2,
    });
  });

  it("tells of many classes the one that is said", () => {
    const three = { ...shuttle, classes: ["a", "b", "c"].map((id) => ({ id, name: id.toUpperCase() })) };
    expect(readAnswer(three, { outputs: [tensor("label", ["b"]), tensor("probability", [0.1, 0.7, 0.2])] })).toEqual({
      said: "B", sure: "B 70.00 %", parts: null, bias: null,
    });
  });

  it("gives a regression its unit, and says nothing when nothing came", () => {
    expect(readAnswer(host, { outputs: [tensor("prediction", [20.4])] })?.said).toBe("20 %");
    expect(readAnswer(host, { outputs: [] })).toBeNull();
  });

  it("refuses cells that are not finite numbers before anything is asked", () => {
    expect(readCell("37", false)).toBe(37);
    for (const bad of ["", " ", "n/a", "1e999", "NaN"]) expect(readCell(bad, false)).toBeNull();
    expect(readCell("red", true)).toBe("red");
  });

  it("writes an FP32 as shortly as it can be typed", () => {
    expect(cellText(Math.fround(0.1))).toBe("0.1");
    expect(cellText(37)).toBe("37");
    expect(cellText(null)).toBe("");
    expect(Math.fround(Number(cellText(Math.fround(Math.PI))))).toBe(Math.fround(Math.PI));
  });
});
