import { describe, expect, it } from "vitest";
import type { ModelInfo } from "../api/types";
import { feedLines, inputTensor } from "./curl";

const shuttle: ModelInfo = {
  model: "shuttle", spec: "scale | logistic", lsn: 2, events: 2, task: "classification",
  classes: [{ id: "0", name: "normal" }, { id: "1", name: "anomaly" }], features: ["f1", "f2"],
  target: "y", dense: true, source: null, window: 1000, metrics: {}, baselines: {},
  main: "accuracy", baseline: "prior", unit: "%", mode: "live", last_row: [37, 0],
};

describe("feed it", () => {
  it("writes lines with this origin and the last row", () => {
    const [predict, teach] = feedLines(shuttle, shuttle.last_row, "http://127.0.0.1:8000");
    expect(predict?.line).toBe(
      `curl -s http://127.0.0.1:8000/v2/models/shuttle/infer -d ` +
        `'{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[37,0]}]}'`);
    expect(teach?.line).toContain(
      `/train -d '{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[37,0]}],` +
        `"targets":[{"name":"y","shape":[1],"datatype":"INT64","data":[0]}]}'`);
  });

  it("teaches a model without columns with three numbers, the first call fixes how many", () => {
    const empty = { ...shuttle, model: "try", task: "regression" as const, features: [], classes: [] };
    expect(feedLines(empty, null, "http://h")[1]?.line).toContain(
      `"shape":[1,3],"datatype":"FP32","data":[1,2,3]}],"targets":[{"name":"y","shape":[1],"datatype":"FP32"`);
  });

  it('asks a model that decides under an id, and tells the reward under the same', () => {
    const [decide, teach] =
        feedLines({...shuttle, model: 'ads', task: 'decision'}, null, 'http://h');
    expect(decide?.line)
        .toContain(
            `/ads/infer -d '{"id":"visit-1","parameters":{"remember":true},"inputs":[{"name":"text",` +
            `"shape":[1],"datatype":"BYTES","data":["shared |U me\\n|A first\\n|A second"]}]}'`);
    expect(teach?.line).toContain(`/ads/feedback -d '{"labels":[{"id":"visit-1","reward":1}]}'`);
  });

  it("quotes what a shell would read, and names classes that are words", () => {
    const odd = { ...shuttle, dense: false, features: ["it's", "b"], classes: [{ id: "spam", name: "spam" }] };
    const [predict, teach] = feedLines(odd, [1, null], "http://h");
    expect(predict?.line).toContain(`"data":["{\\"it'\\''s\\":1}"]`);
    expect(teach?.line).toContain(`"datatype":"BYTES","data":["spam"]`);
  });

  it("asks sparse models with an object and leaves unknown cells out", () => {
    expect(inputTensor({ dense: false, features: ["a", "b"] }, [null, "x"])).toEqual({
      name: "json", shape: [1], datatype: "BYTES", data: ['{"b":"x"}'],
    });
  });
});
