// "Is it worth it?", in one sentence: the model against its baseline, since the start.

import type {Metrics, ModelInfo} from '../api/types';

import {figure, kNotFinite, metric, num, percent} from './numbers';
import {baselineWords, higherIsBetter} from './words';

/** Rows before a comparison means anything. */
export const kRowsToCompare = 1000;

/** What the verdict compares. It is held for 5 s while the rest of the page moves at 2/s. */
export interface Comparison {
  name: string;
  subject: string;
  task: Metrics["task"];
  unit: string;
  rows: number;
  model: number | null;
  baseline: number | null;
  higherIsBetter: boolean;
}

export function compare(info: ModelInfo | null, metrics: Metrics | null, name: string): Comparison {
  const main = metrics?.main ?? null;
  const of = (from: Record<string, { all: number | null }> | undefined) =>
    main === null ? null : (from?.[main]?.all ?? null);
  return {
    name,
    subject: baselineWords(info, metrics).subject,
    task: metrics?.task ?? "none",
    unit: metrics?.unit ?? "",
    rows: metrics?.events ?? 0,
    model: of(metrics?.metrics),
    baseline: metrics?.baseline ? of(metrics.baselines[metrics.baseline]) : null,
    higherIsBetter: higherIsBetter(main),
  };
}

/** 19, 4.2, 2 */
function times(ratio: number): string {
  return num(ratio, ratio < 9.95 ? 1 : 0).replace(/\.0$/, "");
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The sentence; `past` when the figures are no longer live. */
export function verdict(c: Comparison, past = false): string {
  if (c.rows === 0) return "Nothing learned yet. Figures appear with the first row.";
  if (c.task === 'decision') return costs(c, past);
  const rows = `${num(c.rows)} ${c.rows === 1 ? "row" : "rows"} learned`;
  if (c.task === "none") return `${rows}; this model is not scored`;
  if (c.rows < kRowsToCompare) return `${rows}; too early to compare`;
  if (c.model === null) return `${rows}; the error of ${c.name} is ${kNotFinite}`;
  if (c.baseline === null) return `${rows}; there is no baseline to compare with`;
  return c.task === "classification" ? mistakes(c, c.model, c.baseline, past)
                                     : errors(c, c.model, c.baseline, past);
}

/** No baseline decides: what a decision costs, and a reward is a cost below 0. */
function costs(c: Comparison, past: boolean): string {
  const learned = `${num(c.rows)} ${c.rows === 1 ? 'decision' : 'decisions'} learned`;
  if (c.rows < kRowsToCompare) return `${learned}; too early to say what one costs`;
  if (c.model === null) return `${learned}; the cost of one is ${kNotFinite}`;
  const earns = c.model < 0;
  return `${learned}; one ${earns ? (past ? 'earned' : 'earns') : (past ? 'cost' : 'costs')} ${
      figure(Math.abs(c.model))} on average`;
}

function mistakes(c: Comparison, right: number, baselineRight: number, past: boolean): string {
  const wrong = 1 - right;
  const baselineWrong = 1 - baselineRight;
  const make = past ? "made" : "makes";
  const is = past ? "was" : "is";
  if (wrong <= 0 && baselineWrong > 0) {
    return `${c.name} ${make} no mistake where ${c.subject} ${make} ${num(baselineWrong * 1000, 1)} per 1,000`;
  }
  const ratio = wrong <= 0 ? 1 : baselineWrong / wrong;
  if (ratio >= 1.5) return `${c.name} ${make} 1 mistake where ${c.subject} ${make} ${times(ratio)}`;
  if (ratio > 0.67) {
    return `${c.name} ${is} about as good as ${c.subject}: ${percent(wrong)} wrong, ${percent(baselineWrong)}`;
  }
  const better = `${capital(c.subject)} ${is} better: `;
  return ratio === 0
    ? `${better}it ${make} no mistake where ${c.name} ${make} ${num(wrong * 1000, 1)} per 1,000`
    : `${better}it ${make} 1 mistake where ${c.name} ${make} ${times(1 / ratio)}`;
}

function errors(c: Comparison, off: number, baselineOff: number, past: boolean): string {
  const is = past ? "was" : "is";
  // The unit is said once: "1.9 points off where B is 2.6 off".
  const bare = (v: number) => metric(v, c.unit).split(" ")[0];
  if (off > 0 && baselineOff / off <= 0.67) {
    return `${capital(c.subject)} ${is} better: ${metric(baselineOff, c.unit)} off where ${c.name} ${is} ${bare(off)} off`;
  }
  return `${c.name} ${is} ${metric(off, c.unit)} off where ${c.subject} ${is} ${bare(baselineOff)} off`;
}
