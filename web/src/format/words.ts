// How models, classes and baselines are called in sentences.

import type { Metrics, ModelInfo } from "../api/types";

/** The word for a class: its name when the model has one, else its id. */
export function className(info: Pick<ModelInfo, "classes"> | null, id: string | number): string {
  const text = String(id);
  return info?.classes.find((c) => c.id === text)?.name ?? text;
}

export interface BaselineWords {
  /** In a sentence: always saying “normal”. */
  subject: string;
  /** Beside a figure: always “normal”. */
  short: string;
}

export function baselineWords(info: ModelInfo | null, metrics: Metrics | null): BaselineWords {
  const says = metrics?.baseline_says;
  switch (metrics?.baseline) {
    case "prior": {
      if (says === null || says === undefined) {
        return { subject: "always saying the commonest class", short: "commonest class" };
      }
      const name = className(info, says);
      return { subject: `always saying “${name}”`, short: `always “${name}”` };
    }
    case "last_class":
      return { subject: "repeating the last class", short: "last class again" };
    case "last_value":
      return { subject: "saying “same as now”", short: "“same as now”" };
    case "mean":
      return { subject: "always saying the mean", short: "always the mean" };
    default:
      return { subject: metrics?.baseline ?? "its baseline", short: metrics?.baseline ?? "baseline" };
  }
}

const kTitles: Record<string, string> = {
  accuracy: 'Accuracy',
  mae: 'Mean error',
  rmse: 'Root mean square error',
  log_loss: 'Log loss',
  ips: 'Cost of a decision',
};

export const metricTitle = (main: string | null): string =>
  main === null ? "Metric" : (kTitles[main] ?? main);

/** Whether a larger value of the metric is the better one. */
export const higherIsBetter = (main: string | null): boolean =>
  main === "accuracy" || main === "auc" || main === "r2";

const kSmall = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** 9 -> "nine", 16 -> "16" */
export const count = (n: number): string => kSmall[n] ?? String(n);

/** "anomaly or normal, from 9 features" */
export function taskWords(info: ModelInfo): string {
  const from = info.features.length === 0 ? "" : `, from ${info.features.length} features`;
  if (info.task === "regression") return `${info.target}${from}`;
  if (info.task === 'decision') return 'decisions';
  if (info.task === "none") return info.features.length === 0 ? "" : from.slice(2);
  const names = info.classes.map((c) => c.name);
  if (names.length === 0) return `a class${from}`;
  if (names.length > 4) return `one of ${names.length} classes${from}`;
  const last = names.slice(-1)[0] ?? "";
  return `${names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${last}` : last}${from}`;
}
