// What every panel gets: the model, the moment, and whether the figures are of the past.

import { kNotFinite, kUnknown, metric, percent } from "../format/numbers";
import { isNotFinite, type ModelState, type State } from "../state/state";

export interface PanelProps {
  state: State;
  model: ModelState;
  nowUs: number;
  /** Since when there is no connection; null while there is one. */
  lostUs: number | null;
}

/** The model's main figure since the start, with its unit. */
export function mainFigure(model: ModelState): string {
  const { metrics } = model;
  if (metrics === null || metrics.main === null) return kUnknown;
  if (isNotFinite(metrics, model.status) && mainScore(model) === null) return kNotFinite;
  return metric(mainScore(model), metrics.unit);
}

export function mainScore(model: ModelState): number | null {
  const { metrics } = model;
  return metrics?.main ? (metrics.metrics[metrics.main]?.all ?? null) : null;
}

export function baselineScore(model: ModelState): number | null {
  const { metrics } = model;
  if (!metrics?.main || !metrics.baseline) return null;
  return metrics.baselines[metrics.baseline]?.[metrics.main]?.all ?? null;
}

/** For lists and the tab: "99.6 %", "3.6 points off", "no rows yet", "12 rows". */
export function headline(model: ModelState): { value: string; rest: string } {
  const { metrics, info } = model;
  if (metrics === null || info === null) return { value: "", rest: model.index.state.toLowerCase() };
  if (metrics.events === 0) return { value: "", rest: "no rows yet" };
  if (metrics.main === null) return { value: `${metrics.events.toLocaleString("en-US")}`, rest: " rows" };
  const value = mainFigure(model);
  if (metrics.unit === "points" && value.endsWith(" points")) {
    return { value: value.slice(0, -7), rest: " points off" };
  }
  return { value, rest: metrics.task === "regression" && value !== kNotFinite && value !== kUnknown ? " off" : "" };
}

export const share = (part: number, whole: number): string => percent(whole > 0 ? part / whole : null, 0);
