// Where charts have nothing to show, and why: hatched, with words on top.

import type { Series, Status } from "../api/types";
import { num } from "../format/numbers";
import { clock } from "../format/times";
import type { Outage } from "../state/state";
import { gapOf } from "./frame";

/** Lanes of the stack, from the top. */
export const kMetricLane = 0;
export const kThroughputLane = 1;
export const kLatencyLane = 2;

export interface Hole {
  fromUs: number;
  toUs: number;
  lanes: readonly number[];
  sign: "✕" | "■";
  text: string;
  /** For narrow pages. */
  short: string;
}

export interface HoleInputs {
  status: Status | null;
  outages: readonly Outage[];
  /** All series of the model. */
  series: Record<string, Series>;
  /** Key of the main metric's series. */
  main: string | null;
  bucketUs: number;
  nowUs: number;
}

/** In time order. */
export function findHoles(of: HoleInputs): Hole[] {
  const holes = [...lostHoles(of), ...idleHole(of)];
  const metric = of.main === null ? undefined : of.series[of.main];
  if (metric !== undefined) holes.push(...notFiniteHoles(metric, of.bucketUs));
  return holes.sort((a, b) => a.fromUs - b.fromUs);
}

/** An outage of this page is a hole only where history did not fill it afterwards. */
function lostHoles({ outages, series, bucketUs, nowUs }: HoleInputs): Hole[] {
  const holes: Hole[] = [];
  const lanes = [kMetricLane, kThroughputLane, kLatencyLane];
  for (const outage of outages) {
    const { fromUs } = outage;
    if (outage.toUs === null) {
      const text = `no connection since ${clock(fromUs)}`;
      holes.push({ fromUs, toUs: nowUs, lanes, sign: "✕", text, short: "lost" });
      continue;
    }
    const toUs = Math.min(outage.toUs, firstAfter(series, fromUs + bucketUs));
    if (toUs - fromUs <= gapOf(bucketUs)) continue;
    const text = `no connection ${clock(fromUs)} to ${clock(toUs)}`;
    holes.push({ fromUs, toUs, lanes, sign: "✕", text, short: "lost" });
  }
  return holes;
}

function firstAfter(series: Record<string, Series>, us: number): number {
  const times = Object.values(series).map((s) => s.t.find((t) => t > us) ?? Infinity);
  return Math.min(...times, Infinity);
}

function idleHole({ status, outages, nowUs }: HoleInputs): Hole[] {
  if (status === null || status.since_us === null) return [];
  const words = { stopped: "trainer stopped", paused: "paused", ended: "end of stream" } as const;
  if (status.state !== "stopped" && status.state !== "paused" && status.state !== "ended") return [];
  const lost = outages.find((o) => o.toUs === null);
  return [{
    fromUs: status.since_us,
    toUs: lost?.fromUs ?? nowUs,
    lanes: [kMetricLane, kThroughputLane],
    sign: status.state === "stopped" ? "✕" : "■",
    text: `${words[status.state]} ${clock(status.since_us)}`,
    short: status.state,
  }];
}

/** Runs of buckets whose value was not finite; a hole reaches from the last finite one to the next. */
function notFiniteHoles(metric: Series, bucketUs: number): Hole[] {
  const holes: Hole[] = [];
  for (let i = 0; i < metric.t.length; i++) {
    if (metric.last[i] !== null) continue;
    const first = i;
    while (i + 1 < metric.t.length && metric.last[i + 1] === null) i++;
    const n = i - first + 1;
    holes.push({
      fromUs: metric.t[first] ?? 0,
      toUs: metric.t[i + 1] ?? (metric.t[i] ?? 0) + bucketUs,
      lanes: [kMetricLane],
      sign: "✕",
      text: `not finite, ${num(n)} ${n === 1 ? "value" : "values"}`,
      short: "not finite",
    });
  }
  return holes;
}
