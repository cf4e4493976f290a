// What uPlot does not draw: tint, band and hatching, beneath the lines. All in canvas pixels.

import type uPlot from "uplot";
import type { Cell, Frame } from "./frame";
import type { Hole } from "./holes";
import type { Lane } from "./lanes";
import type { Colours } from "./theme";

type Point = [x: number, y: number];

export function paintUnder(plot: uPlot, lane: Lane, frame: Frame, holes: readonly Hole[], laneIndex: number, colours: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  if (lane.gain !== null) paintGain(plot, frame, lane.gain, colours.tint);
  if (lane.band !== null) paintBand(plot, frame, lane.band, colours.band);
  for (const hole of holes) if (hole.lanes.includes(laneIndex)) paintHatch(plot, hole, colours.rule);
  ctx.restore();
  paintFloor(plot, lane, colours.edge);
}

const xOf = (plot: uPlot, us: number) => plot.valToPos(us, "x", true);
const yOf = (plot: uPlot, value: number) => plot.valToPos(value, "y", true);

/** Calls `each` for every stretch in which both columns have values, with their points. */
function eachStretch(plot: uPlot, frame: Frame, upper: Cell[], lower: Cell[], each: (a: Point[], b: Point[]) => void): void {
  let a: Point[] = [];
  let b: Point[] = [];
  const flush = () => {
    if (a.length > 1) each(a, b);
    a = [];
    b = [];
  };
  frame.t.forEach((us, i) => {
    const up = upper[i];
    const down = lower[i];
    if (up === null || down === null) return flush();
    if (up === undefined || down === undefined) return;
    a.push([xOf(plot, us), yOf(plot, up)]);
    b.push([xOf(plot, us), yOf(plot, down)]);
  });
  flush();
}

function fillBetween(ctx: CanvasRenderingContext2D, a: Point[], b: Point[]): void {
  ctx.beginPath();
  a.forEach(([x, y], i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  for (const [x, y] of [...b].reverse()) ctx.lineTo(x, y);
  ctx.closePath();
  ctx.fill();
}

function paintBand(plot: uPlot, frame: Frame, [low, high]: [string, string], colour: string): void {
  const lower = frame.columns[low]?.min;
  const upper = frame.columns[high]?.max;
  if (lower === undefined || upper === undefined) return;
  plot.ctx.fillStyle = colour;
  eachStretch(plot, frame, upper, lower, (a, b) => fillBetween(plot.ctx, a, b));
}

/** The gain is tinted only where there is one: each stretch is cut where the two lines cross. */
function paintGain(plot: uPlot, frame: Frame, [model, base, higher]: [string, string, boolean], colour: string): void {
  const of = frame.columns[model]?.last;
  const than = frame.columns[base]?.last;
  if (of === undefined || than === undefined) return;
  plot.ctx.fillStyle = colour;
  eachStretch(plot, frame, of, than, (a, b) => {
    // In pixels up is smaller: a positive lead is a gain.
    const lead = (i: number) => ((b[i]?.[1] ?? 0) - (a[i]?.[1] ?? 0)) * (higher ? 1 : -1);
    let top: Point[] = [];
    let bottom: Point[] = [];
    const flush = () => {
      if (top.length > 1) fillBetween(plot.ctx, top, bottom);
      top = [];
      bottom = [];
    };
    for (let i = 0; i < a.length; i++) {
      if (i > 0 && lead(i - 1) > 0 !== lead(i) > 0) {
        const share = lead(i - 1) / (lead(i - 1) - lead(i));
        const cross = mix(a[i - 1] as Point, a[i] as Point, share);
        top.push(cross);
        bottom.push(cross);
        if (lead(i) <= 0) flush();
      }
      if (lead(i) > 0) {
        top.push(a[i] as Point);
        bottom.push(b[i] as Point);
      }
    }
    flush();
  });
}

const mix = (p: Point, q: Point, share: number): Point => [p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share];

function paintHatch(plot: uPlot, hole: Hole, colour: string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const from = Math.max(xOf(plot, hole.fromUs), bbox.left) + 4 * ratio;
  const to = Math.min(xOf(plot, hole.toUs), bbox.left + bbox.width);
  ctx.strokeStyle = colour;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  for (let x = from; x < to; x += 6 * ratio) {
    ctx.moveTo(Math.round(x) + 0.5, bbox.top);
    ctx.lineTo(Math.round(x) + 0.5, bbox.top + bbox.height);
  }
  ctx.stroke();
}

/** The lowest grid line is the axis, in the stronger of the two greys. */
function paintFloor(plot: uPlot, lane: Lane, colour: string): void {
  const { ctx, bbox } = plot;
  const y = Math.round(yOf(plot, lane.scale.low)) - 0.5;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** A value without a neighbour makes no line: it is a dot. */
export function paintAlone(plot: uPlot, cells: readonly Cell[], times: readonly number[], colour: string, width: number): void {
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colour;
  let run: number[] = [];
  const flush = () => {
    const [i, next] = run;
    if (i !== undefined && next === undefined) {
      ctx.beginPath();
      ctx.arc(xOf(plot, times[i] ?? 0), yOf(plot, cells[i] as number), width * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    }
    run = [];
  };
  cells.forEach((cell, i) => {
    if (cell === null) flush();
    else if (cell !== undefined && run.length < 2) run.push(i);
  });
  flush();
  ctx.restore();
}
