// The lines of "Feed it": calls that work when pasted into a shell.

import type { Cell, ModelInfo } from "../api/types";
import { shortest } from "./numbers";

const short = (cell: Cell): number | string => (typeof cell === "number" ? shortest(cell) : (cell ?? 0));

/** The tensor that asks about one row, in the form that the model takes. */
export function inputTensor(info: Pick<ModelInfo, "dense" | "features">, row: Cell[]): unknown {
  if (info.dense) {
    return { name: "x", shape: [1, row.length], datatype: "FP32", data: row.map(short) };
  }
  const members = row.map((value, i) => [info.features[i] ?? String(i), value] as const);
  const object = Object.fromEntries(members.filter(([, value]) => value !== null));
  return { name: "json", shape: [1], datatype: "BYTES", data: [JSON.stringify(object)] };
}

function targetTensor(info: ModelInfo): unknown {
  const tensor = (datatype: string, value: number | string) => ({
    name: info.target || "y", shape: [1], datatype, data: [value],
  });
  const id = info.classes[0]?.id;
  if (info.task !== "classification") return tensor("FP32", 1);
  if (id !== undefined && !/^-?\d{1,15}$/.test(id)) return tensor("BYTES", id);
  return tensor("INT64", Number(id ?? 0));
}

const quoted = (text: string) => `'${text.replace(/'/g, "'\\''")}'`;

export interface FeedLine {
  name: string;
  line: string;
}

const kDecision = 'shared |U me\n|A first\n|A second';

/** A decision is asked for under an id, and its reward told under the same. */
function decisionLines(call: (verb: string, body: unknown) => string): FeedLine[] {
  const inputs = [{name: 'text', shape: [1], datatype: 'BYTES', data: [kDecision]}];
  return [
    {name: 'decide', line: call('infer', {id: 'visit-1', parameters: {remember: true}, inputs})},
    {name: 'teach', line: call('feedback', {labels: [{id: 'visit-1', reward: 1}]})},
  ];
}

/** One line that predicts and one that teaches, with this page's origin and the newest row. */
export function feedLines(info: ModelInfo, row: Cell[] | null, origin: string): FeedLine[] {
  const call = (verb: string, body: unknown) => `curl -s ${origin}/v2/models/${
      encodeURIComponent(info.model)}/${verb} -d ${quoted(JSON.stringify(body))}`;
  if (info.task === 'decision') return decisionLines(call);
  const width = info.features.length || 3;
  const cells = row ?? Array.from({ length: width }, (_, i) => i + 1);
  const inputs = [inputTensor(info, cells)];
  const lines = [{ name: "predict", line: call("infer", { inputs }) }];
  const taught = info.task === "none" ? { inputs } : { inputs, targets: [targetTensor(info)] };
  lines.push({ name: "teach", line: call("train", taught) });
  return lines;
}
