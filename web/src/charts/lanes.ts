// What each chart of the stack shows for a model: its lines, scale, band and units.

import { kUnknown, metric, num } from "../format/numbers";
import { latency } from "../format/times";
import { baselineWords, higherIsBetter } from "../format/words";
import type { Series } from "../api/types";
import { isIdle, isUntouched, type ModelState } from "../state/state";
import { buildFrame, extent, type Frame } from "./frame";
import { findHoles, type Hole } from "./holes";
import { logScale, type Scale, steadyScale } from "./scale";
import type { Outage } from "../state/state";

export type LineLook = "model" | "base" | "ink";

export interface Line {
  /** Column of the frame. */
  key: string;
  name: string;
  look: LineLook;
  /** Value with unit, for keys, labels and the cross-hair. */
  say(value: number): string;
}

export interface Lane {
  title: string;
  unit: string;
  height: number;
  scale: Scale;
  log: boolean;
  tick(value: number): string;
  /** Drawn in this order: the model last, on top. */
  lines: Line[];
  /** Filled from the minimum of the first column to the maximum of the second. */
  band: [string, string] | null;
  /** [model, baseline, higher is better]: filled where the model is the better one. */
  gain: [string, string, boolean] | null;
  /** Said in the middle of a chart without a value. */
  empty: string | null;
}

export interface Stack {
  frame: Frame;
  lanes: Lane[];
  holes: Hole[];
  checkpoints: number[];
  fromUs: number;
  toUs: number;
}

/** A chart is never narrower than this: its first seconds would be a wall. */
const kShortestUs = 30e6;

export interface StackInputs {
  model: ModelState;
  nowUs: number;
  spanUs: number;
  outages: Outage[];
  /** Scales shown now, by lane: they move only when they must. */
  scales: readonly (Scale | null)[];
}

const fraction = (unit: string) => (unit === "%" ? 100 : 1);

export function buildStack(of: StackInputs): Stack {
  const { model, nowUs, outages } = of;
  const main = model.metrics?.main ?? null;
  const history = { bucketUs: model.history?.bucketUs ?? 0.5e6, series: shownSeries(model, main) };
  const factor = fraction(model.metrics?.unit ?? "");
  const factors = main === null ? {} : { [main]: factor, [`${main}.baseline`]: factor };
  const frame = buildFrame(history.series, history.bucketUs, factors);
  const firstUs = frame.t[0] ?? nowUs - Math.min(of.spanUs, 300e6);
  const fromUs = Math.max(firstUs, nowUs - of.spanUs);
  const toUs = Math.max(nowUs, fromUs + kShortestUs);
  const holes = findHoles({ status: model.status, outages, series: history.series, main, bucketUs: history.bucketUs, nowUs })
    .filter((hole) => hole.toUs > fromUs);
  const part = { model, frame, fromUs, toUs, main };
  return {
    frame, fromUs, toUs, holes,
    lanes: [metricLane(part, of.scales[0] ?? null), throughputLane(part, of.scales[1] ?? null), latencyLane(part, of.scales[2] ?? null)],
    checkpoints: model.checkpoints.filter((us) => us >= fromUs && us <= toUs),
  };
}

/**
 * What is drawn of the history: nothing of a model that nobody has taught or asked; and of a metric that stands still
 * since its model stopped learning, only what was before.
 */
function shownSeries(model: ModelState, main: string | null): Record<string, Series> {
  const known = model.history?.series ?? {};
  if (isUntouched(model)) return {};
  const sinceUs = isIdle(model.status) ? (model.status?.since_us ?? Infinity) : Infinity;
  if (main === null || sinceUs === Infinity) return known;
  const cut = { ...known };
  for (const key of [main, `${main}.baseline`]) {
    const series = known[key];
    if (series !== undefined) cut[key] = before(series, sinceUs);
  }
  return cut;
}

function before(series: Series, us: number): Series {
  const end = series.t.findIndex((t) => t > us);
  if (end < 0) return series;
  return { t: series.t.slice(0, end), min: series.min.slice(0, end), max: series.max.slice(0, end), last: series.last.slice(0, end) };
}

interface Part {
  model: ModelState;
  frame: Frame;
  fromUs: number;
  toUs: number;
  main: string | null;
}

const noRows = (model: ModelState) => (model.metrics?.events ?? 0) === 0;

/** The words of a chart without a value in view; null where a hole says why. */
const emptyWords = (part: Part, keys: string[], words: string): string | null =>
  keys.some((key) => part.frame.columns[key] !== undefined) ? null : words;

function metricLane(part: Part, shown: Scale | null): Lane {
  const { model, frame, main } = part;
  const unit = model.metrics?.unit ?? "";
  const say = (v: number) => metric(v / fraction(unit), unit);
  const name = baselineWords(model.info, model.metrics).short;
  const key = main ?? "";
  const baseline = `${key}.baseline`;
  const bounds = unit === "%" ? { ceiling: 100 } : { fromZero: true };
  const span = extent(frame, [key, baseline], part.fromUs, part.toUs);
  const empty: [number, number] = unit === "%" ? [90, 100] : [0, 1];
  const words = main === null && model.metrics !== null ? "this model is not scored"
    : noRows(model) ? "no rows yet; the line starts after 100 rows" : "the line starts after 100 rows";
  return {
    title: "", unit: "", height: 236, log: false,
    scale: steadyScale(span === null ? null : shown, ...(span ?? empty), bounds),
    tick: (v) => (unit === "%" ? `${trim(v)} %` : trim(v)),
    lines: [
      ...(model.metrics?.baseline ? [{ key: baseline, name, look: "base" as const, say }] : []),
      { key, name: model.name, look: "model", say },
    ],
    band: [key, key],
    gain: [key, baseline, higherIsBetter(main)],
    empty: emptyWords(part, [key], words),
  };
}

/** 2.5, 1,000, 5e-4, 5e36: as short as it can be. */
const trim = (v: number) => (v !== 0 && (Math.abs(v) >= 1e7 || Math.abs(v) < 1e-3) ? v.toExponential().replace("e+", "e") : num(v, 3).replace(/\.?0+$/, ""));

function throughputLane(part: Part, shown: Scale | null): Lane {
  const keys = ["predict_per_s", "learn_per_s"];
  const span = extent(part.frame, keys, part.fromUs, part.toUs);
  const say = (v: number) => `${rate(v)} /s`;
  return {
    title: "Throughput", unit: "events per second", height: 76, log: false,
    scale: steadyScale(span === null ? null : shown, ...(span ?? [0, 200] as const), { fromZero: true }),
    tick: trim,
    lines: [
      { key: "predict_per_s", name: "predicted", look: "ink", say },
      { key: "learn_per_s", name: "learned", look: "model", say },
    ],
    band: null, gain: null,
    empty: emptyWords(part, keys, noRows(part.model) ? "no rows yet" : "nothing measured yet"),
  };
}

/** Rates under ten keep a decimal: a model fed by hand learns 0.5 rows a second. */
export const rate = (v: number | null | undefined): string =>
  v === null || v === undefined ? kUnknown : num(v, v > 0 && v < 9.95 && Math.abs(v - Math.round(v)) > 0.05 ? 1 : 0);

function latencyLane(part: Part, shown: Scale | null): Lane {
  const keys = ["predict_p50_us", "predict_p99_us"];
  const span = extent(part.frame, keys, part.fromUs, part.toUs);
  const low = span === null ? 10 : Math.max(span[0], 0.1);
  const high = span === null ? 1000 : Math.max(span[1], low);
  const say = (v: number) => {
    const { value, unit } = latency(v);
    return `${value} ${unit}`;
  };
  return {
    title: "Predict latency", unit: "µs, log scale", height: 84, log: true,
    scale: logScale(span === null ? null : shown, low, high),
    tick: trim,
    lines: [
      { key: "predict_p50_us", name: "p50", look: "model", say },
      { key: "predict_p99_us", name: "p99", look: "ink", say },
    ],
    band: ["predict_p50_us", "predict_p99_us"], gain: null,
    empty: emptyWords(part, keys, noRows(part.model) ? "no rows yet" : "no calls yet"),
  };
}
