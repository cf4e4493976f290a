// One chart of the stack: uPlot draws grid, axes and lines; paint.ts what lies beneath.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { timeTicks } from "../format/times";
import type { Frame } from "./frame";
import type { Hole } from "./holes";
import type { Lane, LineLook } from "./lanes";
import { paintAlone, paintUnder } from "./paint";
import { axisFont, type Colours } from "./theme";

/** Pixels left of all charts, for the values of the axis. */
export const kGutter = 46;

export interface LaneGeometry {
  width: number;
  /** Pixels right of the plot, for labels at the line's end. */
  right: number;
  top: number;
  bottom: number;
}

interface Props {
  lane: Lane;
  index: number;
  frame: Frame;
  holes: readonly Hole[];
  fromUs: number;
  toUs: number;
  geometry: LaneGeometry;
  timeAxis: boolean;
  colours: Colours;
  stale: boolean;
}

const kWidths: Record<LineLook, number> = { model: 2, base: 1.25, ink: 1.25 };
const colourOf = (look: LineLook, c: Colours) => ({ model: c.accent, base: c.base, ink: c.ink2 })[look];

export function LanePlot(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // uPlot asks for scales, ticks and colours while it draws: it reads them here.
  const now = useRef(props);
  now.current = props;
  const { lane, geometry } = props;
  const height = geometry.top + lane.height + geometry.bottom;
  const lines = lane.lines.map((l) => l.key + l.look).join();

  useLayoutEffect(() => {
    if (place.current === null) return undefined;
    const made = new uPlot(options(now), data(now.current), place.current);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [lines, lane.log, props.timeAxis, geometry.right, geometry.top]);

  useEffect(() => {
    const chart = plot.current;
    if (chart === null) return;
    if (chart.width !== geometry.width || chart.height !== height) {
      chart.setSize({ width: geometry.width, height });
    }
    chart.setData(data(props));
  });

  return <div ref={place} class="plot" aria-hidden="true" style={{ height: `${height}px` }} />;
}

function data({ lane, frame }: Props): uPlot.AlignedData {
  const none = frame.t.map(() => undefined);
  const columns = lane.lines.map((line) => frame.columns[line.key]?.last ?? none);
  // uPlot wants something to put an axis under.
  if (frame.t.length === 0) return [[0], ...lane.lines.map(() => [null])];
  return [frame.t, ...columns] as uPlot.AlignedData;
}

function options(now: { current: Props }): uPlot.Options {
  const { lane, geometry, timeAxis } = now.current;
  const ink = () => now.current.colours.ink3;
  const rule = () => now.current.colours.rule;
  const font = axisFont();
  return {
    width: geometry.width,
    height: geometry.top + lane.height + geometry.bottom,
    padding: [geometry.top, geometry.right, timeAxis ? 0 : geometry.bottom, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [now.current.fromUs, now.current.toUs] },
      y: { distr: lane.log ? 3 : 1, range: () => [now.current.lane.scale.low, now.current.lane.scale.high] },
    },
    axes: [
      {
        show: timeAxis, size: geometry.bottom, gap: 3, font, stroke: ink, grid: { show: false },
        ticks: { show: true, size: 4, width: 1, stroke: () => now.current.colours.edge },
        splits: () => ticksOf(now.current).map((tick) => tick.us),
        values: () => ticksOf(now.current).map((tick) => tick.text),
      },
      {
        size: kGutter, gap: 8, font, stroke: ink, ticks: { show: false }, grid: { stroke: rule, width: 1 },
        splits: () => now.current.lane.scale.ticks,
        // The ticks are settled: uPlot's own search for a step would drop the axis of very large or small values.
        space: 1, incrs: () => [now.current.lane.scale.high - now.current.lane.scale.low],
        filter: (_plot, splits) => splits,
        values: (_plot, splits) => splits.map((v) => now.current.lane.tick(v)),
      },
    ],
    series: [
      {},
      ...lane.lines.map((line): uPlot.Series => ({
        stroke: () => colourOf(line.look, now.current.colours),
        width: kWidths[line.look],
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      drawAxes: [(plot) => {
        const { frame, holes, index, colours } = now.current;
        paintUnder(plot, now.current.lane, frame, holes, index, colours);
      }],
      draw: [(plot) => {
        const { frame, colours } = now.current;
        for (const line of now.current.lane.lines) {
          const cells = frame.columns[line.key]?.last ?? [];
          paintAlone(plot, cells, frame.t, colourOf(line.look, colours), kWidths[line.look]);
        }
      }],
    },
  };
}

function ticksOf({ fromUs, toUs, geometry }: Props): { us: number; text: string }[] {
  const width = geometry.width - kGutter - geometry.right;
  const far = (us: number) => kGutter + ((us - fromUs) / (toUs - fromUs)) * width;
  // A label is about 48 px wide: what would be cut at the page's edge is left out.
  return timeTicks(fromUs, toUs, Math.max(2, Math.floor(width / 76)))
    .filter((tick) => far(tick.us) < geometry.width - 24);
}
