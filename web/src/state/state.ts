// All that the page knows, and how each message changes it. Pure: no clock, no network, no drawing.

import type {
  Forecast, HistoryReply, IndexRow, Metrics, ModelInfo, Refusal, Series, ServerEvent, Span, Status,
  Surprise,
} from "../api/types";
import { emptySeries, joinOlder, put } from "./series";

export const kSurprisesKept = 20;
export const kErrorsKept = 20;
export const kForecastUs = 60e6;
const kOutagesKept = 20;
const kCheckpointsKept = 2000;

/** Buckets of a span when the server has no history to say it. */
const kBucketUs: Record<Span, number> = { "300": 0.5e6, "3600": 6e6, "86400": 144e6, all: 0.5e6 };

export interface History {
  span: Span;
  bucketUs: number;
  series: Record<string, Series>;
}

export interface ModelState {
  name: string;
  index: IndexRow;
  info: ModelInfo | null;
  metrics: Metrics | null;
  status: Status | null;
  history: History | null;
  checkpoints: number[];
  /** Newest first. */
  surprises: Surprise[];
  /** In time order, the last minute. */
  forecasts: Forecast[];
}

export type Connection =
  | { phase: "connecting" }
  | { phase: "open"; sinceMs: number }
  | { phase: "lost"; retryAtMs: number };

/** A time without connection; `toUs` null while it lasts. Server time. */
export interface Outage {
  fromUs: number;
  toUs: number | null;
}

export interface State {
  version: string | null;
  connection: Connection;
  /** The newest time the server told, and the page's own clock when it did. */
  heard: { us: number; atMs: number } | null;
  outages: Outage[];
  /** In the server's order. */
  order: string[];
  models: Record<string, ModelState>;
  selected: string | null;
  span: Span;
  /** Newest first; of every model, and of calls that named none. */
  errors: Refusal[];
  /** Events the server dropped because this page read too slowly. */
  missed: number;
}

export type Action =
  | { do: "server"; version: string }
  | { do: "index"; rows: IndexRow[] }
  | { do: "info"; info: ModelInfo }
  | { do: "history"; reply: HistoryReply; span: Span; model: string }
  | { do: "no history"; span: Span; model: string }
  | { do: "event"; event: ServerEvent; atMs: number }
  | { do: "opened"; atMs: number }
  | { do: "lost"; retryAtMs: number; atMs: number; wallUs: number }
  | { do: "select"; model: string }
  | { do: "span"; span: Span };

export const initialState: State = {
  version: null, connection: { phase: "connecting" }, heard: null, outages: [], order: [], models: {},
  selected: null, span: "300", errors: [], missed: 0,
};

/** Server time at the page's moment `atMs`; the browser's own clock may be wrong. */
export function serverUs(state: State, atMs: number): number | null {
  return state.heard === null ? null : state.heard.us + (atMs - state.heard.atMs) * 1000;
}

/** Since when there is no connection; null while there is one. */
export function lostAtUs(state: State): number | null {
  const last = state.outages[state.outages.length - 1];
  return last !== undefined && last.toUs === null ? last.fromUs : null;
}

export function reduce(state: State, action: Action): State {
  switch (action.do) {
    case "server":
      return { ...state, version: action.version };
    case "index":
      return index(state, action.rows);
    case "info":
      return change(state, action.info.model, (m) => ({ ...m, info: action.info, metrics: action.info }));
    case "history":
      return history(state, action.model, action.span, action.reply);
    case "no history":
      return noHistory(state, action.model, action.span);
    case "event":
      return event(state, action.event, action.atMs);
    case "opened":
      return { ...state, connection: { phase: "open", sinceMs: action.atMs }, outages: close(state, action.atMs) };
    case "lost":
      return lost(state, action);
    case "select":
      return action.model in state.models ? { ...state, selected: action.model } : state;
    case "span":
      return { ...state, span: action.span };
  }
}

function change(state: State, name: string, by: (m: ModelState) => ModelState): State {
  const model = state.models[name];
  return model === undefined ? state : { ...state, models: { ...state.models, [name]: by(model) } };
}

function index(state: State, rows: IndexRow[]): State {
  const models: Record<string, ModelState> = {};
  for (const row of rows) {
    const known = state.models[row.name];
    models[row.name] = known !== undefined ? { ...known, index: row } : {
      name: row.name, index: row, info: null, metrics: null, status: null, history: null,
      checkpoints: [], surprises: [], forecasts: [],
    };
  }
  const selected = state.selected !== null && state.selected in models ? state.selected
                                                                       : (rows[0]?.name ?? null);
  return { ...state, order: rows.map((r) => r.name), models, selected };
}

const spanUs = (span: Span) => (span === "all" ? Infinity : Number(span) * 1e6);

function oldest(state: State, span: Span): number {
  return (state.heard?.us ?? 0) - spanUs(span);
}

function history(state: State, name: string, span: Span, reply: HistoryReply): State {
  const errors = merge(state.errors, reply.errors, kErrorsKept);
  return change({ ...state, errors }, name, (m) => {
    const known = m.history;
    const same = known !== null && known.span === span && known.bucketUs === reply.bucket_us;
    const series: Record<string, Series> = {};
    for (const [key, newer] of Object.entries(reply.series)) {
      series[key] = joinOlder(same ? known.series[key] : undefined, newer, oldest(state, span));
    }
    const newestForecast = reply.forecasts[reply.forecasts.length - 1]?.time_us ?? 0;
    return {
      ...m,
      history: span === state.span ? { span, bucketUs: reply.bucket_us, series } : m.history,
      checkpoints: union(m.checkpoints, reply.checkpoints),
      surprises: merge(m.surprises, reply.surprises, kSurprisesKept),
      forecasts: [...reply.forecasts, ...m.forecasts.filter((f) => f.time_us > newestForecast)],
    };
  });
}

/** A model whose server keeps no history is drawn from what comes from now on. */
function noHistory(state: State, name: string, span: Span): State {
  return change(state, name, (m) =>
    m.history?.span === span ? m : { ...m, history: { span, bucketUs: kBucketUs[span], series: {} } });
}

const union = (a: number[], b: number[]) =>
  [...new Set([...a, ...b])].sort((x, y) => x - y).slice(-kCheckpointsKept);

/** Newest first, none twice: after a reconnect the server sends some again. */
function merge<T extends { time_us: number }>(known: T[], added: T[], most: number): T[] {
  const seen = new Set<string>();
  return [...added, ...known]
    .filter((item) => {
      const key = `${item.time_us} ${(item as { row?: number }).row ?? (item as { reason?: string }).reason}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => b.time_us - a.time_us)
    .slice(0, most);
}

function close(state: State, atMs: number): Outage[] {
  return state.outages.map((o) => (o.toUs === null ? { ...o, toUs: serverUs(state, atMs) ?? o.fromUs } : o));
}

function lost(state: State, action: { retryAtMs: number; wallUs: number }): State {
  const connection: Connection = { phase: "lost", retryAtMs: action.retryAtMs };
  if (lostAtUs(state) !== null) return { ...state, connection };
  const outage = { fromUs: state.heard?.us ?? action.wallUs, toUs: null };
  return { ...state, connection, outages: [...state.outages, outage].slice(-kOutagesKept) };
}

function event(state: State, event: ServerEvent, atMs: number): State {
  if (event.name === "gap") return { ...state, missed: state.missed + event.data.lost };
  const us = event.data.time_us ?? 0;
  const newer = us > (state.heard?.us ?? 0);
  const next = newer ? { ...state, heard: { us, atMs }, outages: resumed(state, us) } : state;
  switch (event.name) {
    case "status":
      return change(next, event.data.model, (m) => status(next, m, event.data));
    case "metrics":
      return change(next, event.data.model, (m) => metrics(next, m, event.data));
    case "surprise":
      return change(next, event.data.model, (m) =>
        ({ ...m, surprises: merge(m.surprises, [event.data], kSurprisesKept) }));
    case "checkpoint":
      return change(next, event.data.model, (m) =>
        ({ ...m, checkpoints: union(m.checkpoints, [event.data.time_us]) }));
    case "forecast":
      return change(next, event.data.model, (m) => ({ ...m, forecasts: forecast(m, event.data) }));
    case "error":
      return { ...next, errors: merge(next.errors, [event.data], kErrorsKept) };
  }
}

/** Once events come again, the last outage ended with the first of them that is newer. */
function resumed(state: State, us: number): Outage[] {
  const last = state.outages[state.outages.length - 1];
  if (last === undefined || last.toUs !== null || state.connection.phase === "lost") return state.outages;
  return [...state.outages.slice(0, -1), { ...last, toUs: us }];
}

function forecast(model: ModelState, next: Forecast): Forecast[] {
  const newest = model.forecasts[model.forecasts.length - 1]?.time_us ?? 0;
  if (next.time_us <= newest) return model.forecasts;
  return [...model.forecasts.filter((f) => f.time_us > next.time_us - kForecastUs), next];
}

function extend(state: State, model: ModelState, us: number, values: [string, number | null | undefined][]): ModelState {
  const known = model.history;
  if (known === null) return model;
  const series = { ...known.series };
  for (const [key, value] of values) {
    if (value === undefined) continue;
    series[key] = put(series[key] ?? emptySeries(), us, value, known.bucketUs, oldest(state, known.span));
  }
  return { ...model, history: { ...known, series } };
}

const kRates = ["learn_per_s", "predict_per_s", "predict_p50_us", "predict_p99_us", "staleness_us"] as const;

function status(state: State, model: ModelState, data: Status): ModelState {
  const known = kRates.map((key): [string, number | undefined] => [key, data[key] ?? undefined]);
  return { ...extend(state, model, data.time_us, known), status: data };
}

function metrics(state: State, model: ModelState, data: Metrics): ModelState {
  const next = { ...model, metrics: data };
  const main = data.main;
  if (main === null || data.time_us === undefined || isIdle(model.status)) return next;
  const window = data.metrics[main]?.window;
  const baseline = data.baseline === null ? null : data.baselines[data.baseline]?.[main]?.window;
  return extend(state, next, data.time_us, [
    // Before there are enough rows a window is unknown; after that, null is a value that was not finite.
    [main, window ?? (isNotFinite(data, model.status) ? null : undefined)],
    [`${main}.baseline`, baseline ?? undefined],
  ]);
}

/** A model that learns nothing has a window that stands still: the chart shows a hole, not a flat line. */
export const isIdle = (status: Status | null): boolean =>
  status !== null && (status.state === "stopped" || status.state === "ended" || status.state === "paused");

/** A model that nobody has taught or asked has no rates: its charts and figures say so instead of 0. */
export const isUntouched = (model: ModelState): boolean =>
  (model.metrics?.events ?? 0) === 0 && (model.status?.predict_p50_us ?? null) === null;

/** Whether the main metric is missing because it was not finite, rather than not known yet. */
export function isNotFinite(metrics: Metrics | null, status: Status | null): boolean {
  if (metrics === null || metrics.main === null || (status?.not_finite ?? 0) === 0) return false;
  const scores = metrics.metrics[metrics.main];
  return metrics.events >= kWindowRows && (scores === undefined || scores.window === null);
}

/** Rows before a window has a value. */
export const kWindowRows = 100;
