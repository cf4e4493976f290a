// What `infer` said about one row, in the words of the page.

import type { Cell, InferReply, ModelInfo } from "../api/types";
import { percent, shortest, target } from "../format/numbers";
import { inputTensor } from "../format/curl";
import { className } from "../format/words";

export interface Answer {
  /** The class or the number. */
  said: string;
  /** How sure, in words; "" for a regression. */
  sure: string;
  /** By feature; null when the learner does not explain itself. */
  parts: number[] | null;
  bias: number | null;
}

export function question(info: ModelInfo, row: Cell[]): unknown {
  const parameters = info.contributions === false ? {} : { parameters: { contributions: true } };
  return { inputs: [inputTensor(info, row)], ...parameters };
}

/** null: the reply has neither a label nor a prediction, as before the first row. */
export function readAnswer(info: ModelInfo, reply: InferReply): Answer | null {
  const of = (name: string) => reply.outputs.find((o) => o.name === name)?.data;
  const numbers = (name: string) => of(name)?.map(Number) ?? null;
  const parts = numbers("contribution");
  const bias = numbers("bias")?.[0] ?? null;
  const label = of("label")?.[0];
  if (label !== undefined) {
    return { said: className(info, String(label)), sure: sureness(info, String(label), numbers("probability")), parts, bias };
  }
  const value = of("prediction")?.[0] ?? of("score")?.[0] ?? reply.outputs[0]?.data[0];
  if (value === undefined) return null;
  return { said: typeof value === "number" ? target(value, info.unit) : String(value), sure: "", parts, bias };
}

/** Of two classes the second is told, as the bars point to it; of more, the one that is said. */
function sureness(info: ModelInfo, label: string, probability: number[] | null): string {
  if (probability === null || probability.length === 0) return "";
  const told = probability.length === 2 ? 1 : info.classes.findIndex((c) => c.id === label);
  const share = probability[told];
  if (share === undefined) return "";
  return `${className(info, info.classes[told]?.id ?? String(told))} ${percent(share, 2)}`;
}

/** The unit of the bars: classifiers add up log-odds, a regression adds up its target. */
export const partUnit = (info: ModelInfo): string =>
  info.task !== "classification" ? "part" : info.classes.length > 2 ? "raw score" : "log-odds";

/** "37" -> 37; null where it is not a finite number. Words stay words for models that take them. */
export function readCell(text: string, words: boolean): Cell {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const value = Number(trimmed);
  if (Number.isFinite(value)) return value;
  return words ? trimmed : null;
}

export const cellText = (cell: Cell | undefined): string =>
  cell === null || cell === undefined ? "" : typeof cell === "number" ? String(shortest(cell)) : cell;
