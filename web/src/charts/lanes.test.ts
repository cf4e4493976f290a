import { describe, expect, it } from "vitest";
import type { Metrics, Series, Status } from "../api/types";
import type { ModelState } from "../state/state";
import { buildStack, rate } from "./lanes";

const s = (n: number) => n * 1e6;
const flat = (value: number, from = 0, to = 100): Series => {
  const t = Array.from({ length: (to - from) * 2 }, (_, i) => s(from) + i * 0.5e6);
  const cells = t.map(() => value);
  return { t, min: cells, max: cells, last: cells };
};
const model = (change: Partial<ModelState> = {}): ModelState => ({
  name: "shuttle", index: { name: "shuttle", state: "READY", reason: "" }, info: null,
  metrics: { events: 5000, main: "accuracy", baseline: "prior", unit: "%", task: "classification", metrics: {}, baselines: {} } as unknown as Metrics,
  status: { state: "learning", since_us: 0, predict_p50_us: 30 } as Status,
  history: {
    span: "300", bucketUs: 0.5e6,
    series: { accuracy: flat(0.99), "accuracy.baseline": flat(0.93), learn_per_s: flat(200), predict_per_s: flat(90), predict_p50_us: flat(38), predict_p99_us: flat(88) },
  },
  checkpoints: [s(50), s(400)], surprises: [], forecasts: [], ...change,
});
const stack = (m: ModelState, nowUs = s(100)) => buildStack({ model: m, nowUs, spanUs: 300e6, outages: [], scales: [] });

describe("the stack of charts", () => {
  it("shows percent, rates from 0, and latencies in whole decades, over one time", () => {
    const { lanes, fromUs, toUs, checkpoints } = stack(model());
    expect([fromUs, toUs]).toEqual([0, s(100)]);
    expect(lanes.map((l) => l.scale.low)).toEqual([92.5, 0, 10]);
    expect(lanes[0]?.scale.high).toBe(100);
    expect(lanes.map((l) => l.empty)).toEqual([null, null, null]);
    expect(checkpoints).toEqual([s(50)]);
  });

  it("slides once the span is full, and is never a wall at the start", () => {
    expect(stack(model(), s(400)).fromUs).toBe(s(100));
    expect(stack(model(), s(5)).toUs).toBe(s(30));
  });

  it("draws nothing of a model that nobody taught or asked, though its rates were sampled as 0", () => {
    const untouched = model({
      metrics: { ...model().metrics, events: 0 } as Metrics, status: { state: "waiting", predict_p50_us: null } as Status,
      history: { span: "300", bucketUs: 0.5e6, series: { learn_per_s: flat(0), predict_per_s: flat(0) } },
    });
    const { lanes, frame } = stack(untouched);
    expect(frame.t).toEqual([]);
    expect(lanes.map((l) => l.empty)).toEqual(["no rows yet; the line starts after 100 rows", "no rows yet", "no rows yet"]);
  });

  it("cuts the metric where its model stopped learning; rates go on", () => {
    const stopped = model({ status: { state: "stopped", since_us: s(80), predict_p50_us: 30 } as Status });
    const { frame, holes } = stack(stopped);
    const at = frame.t.indexOf(s(90));
    expect(frame.columns["accuracy"]?.last[at]).toBeUndefined();
    expect(frame.columns["predict_per_s"]?.last[at]).toBe(90);
    expect(holes[0]).toMatchObject({ fromUs: s(80), toUs: s(100) });
  });

  it("says that a model is not scored", () => {
    const counting = model({ metrics: { ...model().metrics, main: null, baseline: null, unit: "" } as Metrics });
    expect(stack(counting).lanes[0]?.empty).toBe("this model is not scored");
  });

  it("writes small rates with a decimal", () => {
    expect([0, 0.5, 9.97, 10, 198.4, 2].map(rate)).toEqual(["0", "0.5", "10", "10", "198", "2"]);
    expect(rate(null)).toBe("–");
  });
});
