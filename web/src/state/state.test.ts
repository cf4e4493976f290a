import { describe, expect, it } from "vitest";
import type { HistoryReply, Metrics, ModelInfo, ServerEvent, Status } from "../api/types";
import { type Action, initialState, isNotFinite, lostAtUs, reduce, serverUs, type State } from "./state";

const kT0 = 1_700_000_000_000_000;
const second = (s: number) => kT0 + s * 1e6;

const info: ModelInfo = {
  model: "shuttle", spec: "scale | logistic", lsn: 0, events: 0, task: "classification", classes: [],
  features: [], target: "y", dense: true, source: null, window: 1000, metrics: {}, baselines: {},
  main: "accuracy", baseline: "prior", unit: "%", mode: "live", last_row: null,
};
const metrics = (s: number, window: number | null, events = 5000): ServerEvent => ({
  name: "metrics",
  data: {
    ...(info as Metrics), time_us: second(s), events,
    metrics: { accuracy: { all: 0.99, window, faded: null } },
    baselines: { prior: { accuracy: { all: 0.93, window: 0.92, faded: null } } },
  },
});
const status = (s: number, change: Partial<Status> = {}): ServerEvent => ({
  name: "status",
  data: {
    model: "shuttle", time_us: second(s), state: "learning", reason: null, since_us: kT0, learned: 5000,
    learn_per_s: 200, offered_per_s: 200, queue: 0, predict_per_s: 90, refused_per_s: 0,
    predict_p50_us: 38, predict_p99_us: 88, lsn: 1, published_lsn: 1, durable_lsn: 1, staleness_us: 1,
    staleness_high_us: 1, log_bytes: 1, memory_bytes: 1, not_finite: 0, rows_total: null, rows_sent: null,
    ...change,
  },
});
const history = (change: Partial<HistoryReply> = {}): Action => ({
  do: "history", model: "shuttle", span: "300",
  reply: {
    model: "shuttle", span_s: 300, bucket_us: 500_000,
    series: { accuracy: { t: [second(0)], min: [0.9], max: [0.95], last: [0.94] } },
    checkpoints: [second(0)], surprises: [], errors: [], forecasts: [], ...change,
  },
});
const event = (event: ServerEvent, atMs = 1000): Action => ({ do: "event", event, atMs });
const index: Action = {
  do: "index", rows: [{ name: "shuttle", state: "READY", reason: "" }, { name: "host", state: "READY", reason: "" }],
};
const run = (...actions: Action[]): State =>
  [index, { do: "info", info } as Action, { do: "opened", atMs: 0 } as Action, ...actions].reduce(reduce, initialState);
const series = (state: State, key: string) => state.models["shuttle"]?.history?.series[key];

describe("state", () => {
  it("selects the first model and keeps the choice while that model is there", () => {
    expect(run().selected).toBe("shuttle");
    const chosen = run({ do: "select", model: "host" });
    expect(chosen.selected).toBe("host");
    expect(reduce(chosen, index).selected).toBe("host");
    expect(reduce(chosen, { do: "select", model: "nobody" }).selected).toBe("host");
    expect(reduce(chosen, { do: "index", rows: [] }).selected).toBeNull();
  });

  it("continues the history with live values", () => {
    const state = run(history(), event(status(1)), event(metrics(1, 0.96)));
    expect(series(state, "accuracy")).toEqual({
      t: [second(0), second(1)], min: [0.9, 0.96], max: [0.95, 0.96], last: [0.94, 0.96],
    });
    expect(series(state, "accuracy.baseline")?.last).toEqual([0.92]);
    expect(series(state, "learn_per_s")?.last).toEqual([200]);
  });

  it("never turns what is unknown into 0", () => {
    const state = run(history(), event(status(1, { predict_p99_us: null, predict_per_s: null })), event(metrics(1, null, 50)));
    expect(series(state, "predict_p99_us")).toBeUndefined();
    expect(series(state, "accuracy")?.t).toEqual([second(0)]);
  });

  it("tells a metric that was not finite from one that is not known yet", () => {
    const state = run(history(), event(status(1, { not_finite: 3 })), event(metrics(1, null)));
    expect(series(state, "accuracy")?.last).toEqual([0.94, null]);
    const model = state.models["shuttle"];
    expect(isNotFinite(model?.metrics ?? null, model?.status ?? null)).toBe(true);
  });

  it("leaves a hole in the metric while the trainer is stopped, not a flat line", () => {
    const state = run(history(), event(status(1, { state: "stopped", learn_per_s: 0 })), event(metrics(1, 0.96)));
    expect(series(state, "accuracy")?.t).toEqual([second(0)]);
    expect(series(state, "learn_per_s")?.last).toEqual([0]);
  });

  it("ignores what is sent again after a reconnect", () => {
    const surprise = (s: number): ServerEvent => ({
      name: "surprise",
      data: { model: "shuttle", time_us: second(s), row: s, inputs: [], expected: "0", seen: "1", p: 0.01, bits: 6.6, parts: [] },
    });
    const state = run(history(), event(metrics(5, 0.9)), event(surprise(5)), event(metrics(4, 0.1)), event(surprise(5)), event(surprise(6)));
    expect(series(state, "accuracy")?.last).toEqual([0.94, 0.9]);
    expect(state.models["shuttle"]?.surprises.map((s) => s.row)).toEqual([6, 5]);
  });

  it("keeps the last 20 surprises and errors, newest first", () => {
    const errors = Array.from({ length: 30 }, (_, i): Action =>
      event({ name: "error", data: { model: null, time_us: second(i), code: 404, call: "infer", reason: `${i}` } }));
    const state = run(...errors);
    expect(state.errors).toHaveLength(20);
    expect(state.errors[0]?.reason).toBe("29");
  });

  it("remembers since when the connection is lost, over several tries, until it is back", () => {
    const lost = (atMs: number): Action => ({ do: "lost", retryAtMs: atMs + 1000, atMs, wallUs: 0 });
    let state = run(event(status(10), 5000), lost(6000), lost(9000));
    expect(lostAtUs(state)).toBe(second(10));
    expect(serverUs(state, 9000)).toBe(second(14));
    state = [{ do: "opened", atMs: 15_000 } as Action, event(status(21), 16_000)].reduce(reduce, state);
    expect(lostAtUs(state)).toBeNull();
    expect(state.outages).toEqual([{ fromUs: second(10), toUs: second(20) }]);
  });

  it("uses the page's clock when the server was never heard", () => {
    expect(lostAtUs(reduce(initialState, { do: "lost", retryAtMs: 0, atMs: 0, wallUs: 7 }))).toBe(7);
  });

  it("keeps what a restarted server has forgotten", () => {
    const state = run(
      history(), event(metrics(3, 0.96)),
      history({ series: { accuracy: { t: [second(9)], min: [0.5], max: [0.5], last: [0.5] } } }));
    expect(series(state, "accuracy")?.t).toEqual([second(0), second(3), second(9)]);
  });

  it("drops a history that comes after the reader chose another span", () => {
    const state = run({ do: "span", span: "3600" }, history());
    expect(state.models["shuttle"]?.history).toBeNull();
  });

  it("draws a model without history from what comes", () => {
    const state = run({ do: "no history", model: "shuttle", span: "300" }, event(metrics(3, 0.96)));
    expect(series(state, "accuracy")?.last).toEqual([0.96]);
  });

  it("keeps one minute of forecasts", () => {
    const forecasts = Array.from({ length: 900 }, (_, i): Action => event({
      name: "forecast",
      data: { model: "host", time_us: second(i / 10), for_us: second(i / 10 + 1), prediction: 20, seen: 21 },
    }));
    const kept = run(...forecasts).models["host"]?.forecasts ?? [];
    expect(kept.length).toBe(600);
  });

  it("counts what a slow page missed", () => {
    expect(run(event({ name: "gap", data: { lost: 12 } })).missed).toBe(12);
  });

  it("does not grow without bound", () => {
    let state = run(history());
    for (let i = 0; i < 2000; i++) {
      state = reduce(state, event(status(i / 2)));
      state = reduce(state, event(metrics(i / 2, 0.9)));
    }
    expect(series(state, "accuracy")?.t.length).toBeLessThanOrEqual(602);
  });
});
