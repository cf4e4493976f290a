// The stack of charts: one time axis, one cross-hair, marks and words through all of them.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { kNotFinite, kUnknown } from "../format/numbers";
import { clock, moment } from "../format/times";
import { decimate, nearest, newest, valueAt, type Frame } from "./frame";
import { shorten, spread } from "./labels";
import type { Lane, Line, Stack } from "./lanes";
import { kGutter, LanePlot, type LaneGeometry } from "./lane_plot";
import type { Colours } from "./theme";

const kLabelGap = 16;
const kMarksDrawnAsLines = 12;

interface Props {
  stack: Stack;
  colours: Colours;
  stale: boolean;
  nowUs: number;
}

/** Where the plot areas are within the stack. */
interface Places {
  tops: number[];
  height: number;
}

export function ChartStack({ stack, colours, stale, nowUs }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const narrow = width < 560;
  const [hairUs, setHair] = useState<number | null>(null);
  const right = narrow ? 8 : 148;
  const geometry = (i: number): LaneGeometry => ({
    width, right, top: i === 0 ? (narrow ? 22 : 18) : 6, bottom: i === 2 ? 22 : 4,
  });
  const plotWidth = Math.max(1, width - kGutter - right);
  const drawn = decimate(stack.frame, stack.fromUs, stack.toUs, plotWidth);
  const places = usePlaces(root, stack.lanes, geometry);
  const first = Math.max(0, stack.frame.t.findIndex((us) => us >= stack.fromUs));
  // What was under the cross-hair may have left the chart on the left.
  const sample = hairUs === null ? -1 : Math.max(first, nearest(stack.frame.t, hairUs));
  const view: View = { stack, width, right, plotWidth, narrow, first, sample, stale, nowUs, places };
  return (
    <div class="stack" ref={root}>
      {stack.lanes.map((lane, i) => (
        <div class="lane" key={i}>
          {lane.title !== "" && <p><b>{lane.title}</b> <span class="q">{lane.unit}</span></p>}
          {narrow && <Keys lane={lane} frame={stack.frame} sample={sample} />}
          {width > 0 && (
            <LanePlot lane={lane} index={i} frame={drawn} holes={stack.holes} fromUs={stack.fromUs} toUs={stack.toUs}
              geometry={geometry(i)} timeAxis={i === stack.lanes.length - 1} colours={colours} stale={stale} />
          )}
        </div>
      ))}
      {width > 0 && <Overlay {...view} />}
      <Hair view={view} move={setHair} />
    </div>
  );
}

function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Keys above the charts wrap as they like: where the plots are is measured after each drawing. */
function usePlaces(root: { current: HTMLElement | null }, lanes: Lane[], geometry: (i: number) => LaneGeometry): Places {
  const [places, setPlaces] = useState<Places>({ tops: [], height: 0 });
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    const plots = [...element.querySelectorAll<HTMLElement>(".plot")];
    const tops = plots.map((plot, i) => plot.offsetTop + (plot.offsetParent === element ? 0 : (plot.offsetParent as HTMLElement).offsetTop) + geometry(i).top);
    const height = (tops[tops.length - 1] ?? 0) + (lanes[lanes.length - 1]?.height ?? 0);
    if (tops.join() !== places.tops.join() || height !== places.height) setPlaces({ tops, height });
  });
  return places;
}

interface View {
  stack: Stack;
  width: number;
  right: number;
  plotWidth: number;
  narrow: boolean;
  /** The oldest sample shown. */
  first: number;
  /** Sample under the cross-hair; -1: none, the values are the newest. */
  sample: number;
  stale: boolean;
  nowUs: number;
  places: Places;
}

/** The value of a line under the cross-hair or at its end, in words. */
function lineEnd(frame: Frame, line: Line, sample: number): { text: string; value: number | null } | null {
  if (sample >= 0) {
    const value = valueAt(frame, line.key, sample);
    return value === null ? null : { text: line.say(value), value };
  }
  // At the end of a line stands its newest value; null there is a value that was not finite.
  const last = newest(frame, line.key);
  if (typeof last === "number") return { text: line.say(last), value: last };
  return last === null ? { text: kNotFinite, value: null } : null;
}

function Keys({ lane, frame, sample }: { lane: Lane; frame: Frame; sample: number }) {
  return (
    <p class="key">
      {[...lane.lines].reverse().map((line) => {
        const end = lineEnd(frame, line, sample);
        return (
          <span key={line.key}>
            <svg width="16" height="6" aria-hidden="true"><path class={`l-${line.look}`} d="M0 3h16" /></svg>
            {line.name} <b>{end?.text ?? kUnknown}</b>
          </span>
        );
      })}
    </p>
  );
}

const xOf = (view: View, us: number) =>
  kGutter + ((us - view.stack.fromUs) / (view.stack.toUs - view.stack.fromUs)) * view.plotWidth;

function yOf(lane: Lane, value: number): number {
  const { low, high } = lane.scale;
  const at = lane.log ? Math.log10(Math.max(value, low)) : value;
  const a = lane.log ? Math.log10(low) : low;
  const b = lane.log ? Math.log10(high) : high;
  return lane.height * (1 - (Math.max(a, Math.min(b, at)) - a) / (b - a));
}

function Overlay(view: View) {
  const { stack, width, places } = view;
  if (places.tops.length !== stack.lanes.length) return null;
  const top = (places.tops[0] ?? 0) - 8;
  const bottom = places.height;
  const hair = view.sample < 0 ? null : Math.round(xOf(view, stack.frame.t[view.sample] ?? 0)) + 0.5;
  return (
    <svg class="over" aria-hidden="true" width={width} height={bottom + 24}>
      <Checkpoints view={view} top={places.tops[0] ?? 0} bottom={bottom} />
      <HoleWords view={view} y={top} />
      {hair !== null && <line class="hair" x1={hair} x2={hair} y1={top} y2={bottom} />}
      {stack.lanes.map((lane, i) => <LaneWords key={i} view={view} lane={lane} top={places.tops[i] ?? 0} hair={hair} />)}
      {hair !== null && (
        <text class="lbl when" x={hair} y={bottom + 17} text-anchor={hair > width - 60 ? "end" : hair < 60 ? "start" : "middle"}>
          {moment(stack.frame.t[view.sample] ?? 0, view.nowUs)}
        </text>
      )}
    </svg>
  );
}

/** Values and names at the right end, apart enough to be read; on narrow pages the keys have them. */
function LaneWords({ view, lane, top, hair }: { view: View; lane: Lane; top: number; hair: number | null }) {
  const { stack, sample } = view;
  if (lane.empty !== null) {
    return <text class="lbl t-ink halo" x={kGutter + 12} y={top + lane.height / 2 + 4}>{lane.empty}</text>;
  }
  const ends = lane.lines.flatMap((line) => {
    const end = lineEnd(stack.frame, line, sample);
    return end === null ? [] : [{ line, text: end.text, value: end.value, y: end.value === null ? 0 : yOf(lane, end.value) }];
  });
  const ys = spread(ends.map((e) => e.y + 4), kLabelGap, 8, lane.height + 8);
  const edge = view.width - view.right;
  const at = lane.title === "" ? 58 : 50;
  const stale = view.stale && sample < 0 ? " stale" : "";
  return (
    <g>
      {!view.narrow && ends.map(({ line, text }, i) => (
        <g key={line.key}>
          <text class={`lbl t-${line.look}${stale}`} x={edge + at - 6} y={top + (ys[i] ?? 0)} text-anchor="end">
            {text.replace(/ (\/s|µs|points)$/, "")}
          </text>
          <text class={`lbl name t-${line.look}${stale}`} x={edge + at} y={top + (ys[i] ?? 0)}>{shorten(line.name, 15)}</text>
        </g>
      ))}
      {hair !== null && ends.map(({ line, y, value }) => value !== null && <circle class="dot" key={line.key} cx={hair} cy={top + y} r={3} />)}
    </g>
  );
}

function Checkpoints({ view, top, bottom }: { view: View; top: number; bottom: number }) {
  const { checkpoints } = view.stack;
  return (
    <g>
      {checkpoints.map((us) => {
        const x = Math.round(xOf(view, us)) + 0.5;
        return (
          <g key={us}>
            {checkpoints.length <= kMarksDrawnAsLines && <line class="cp" x1={x} x2={x} y1={top} y2={bottom} />}
            <path class="cp-mark" d={`M${x} ${bottom - 4}l4 4-4 4-4-4z`} />
          </g>
        );
      })}
    </g>
  );
}

/** Pixels that a letter takes, about. */
const kLetter = 7;

/** Why there is a hole, above it; of two that would overlap the later one is told. */
function HoleWords({ view, y }: { view: View; y: number }) {
  const placed: { x: number; end: number; words: string; bad: boolean; key: number }[] = [];
  for (const hole of [...view.stack.holes].reverse()) {
    const words = `${hole.sign} ${view.narrow ? hole.short : hole.text}`;
    const room = words.length * kLetter + 4;
    const x = Math.min(Math.max(xOf(view, hole.fromUs), kGutter), view.width - room);
    if (placed.some((p) => x < p.end && p.x < x + room)) continue;
    placed.push({ x, end: x + room, words, bad: hole.sign === "✕", key: hole.fromUs });
  }
  return (
    <g>
      {placed.map((p) => <text key={p.key} class={`lbl halo ${p.bad ? "t-bad" : "t-ink"}`} x={p.x} y={y}>{p.words}</text>)}
    </g>
  );
}

/** The cross-hair: a slider over the whole stack, for pointer and keyboard. */
function Hair({ view, move }: { view: View; move: (us: number | null) => void }) {
  const { stack, first, sample } = view;
  const { t } = stack.frame;
  const last = Math.max(first, t.length - 1);
  const at = sample < 0 ? last : sample;
  const to = (i: number) => move(t[Math.max(first, Math.min(last, i))] ?? null);
  const marks = stack.checkpoints.map((us) => nearest(t, us));
  const keys: Record<string, () => void> = {
    ArrowLeft: () => to(at - 1), ArrowDown: () => to(at - 1), ArrowRight: () => to(at + 1), ArrowUp: () => to(at + 1),
    PageUp: () => to(at - 20), PageDown: () => to(at + 20), Home: () => to(first), End: () => to(last),
    "[": () => to(marks.filter((m) => m < at).pop() ?? at), "]": () => to(marks.find((m) => m > at) ?? at),
    Escape: () => move(null),
  };
  const onPointer = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const share = (event.clientX - box.left - kGutter) / view.plotWidth;
    to(nearest(t, stack.fromUs + share * (stack.toUs - stack.fromUs)));
  };
  return (
    <div class="hit" role="slider" tabIndex={0} aria-label="Time cross-hair of all charts" aria-orientation="horizontal"
      aria-valuemin={0} aria-valuemax={last - first} aria-valuenow={at - first} aria-valuetext={spoken(view, at)}
      onPointerMove={onPointer} onPointerDown={onPointer} onPointerLeave={() => move(null)} onBlur={() => move(null)}
      onKeyDown={(event: KeyboardEvent) => {
        const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      }} />
  );
}

/** The time and every value at the sample, for those who do not see the charts. */
function spoken(view: View, sample: number): string {
  const { frame, lanes } = view.stack;
  const us = frame.t[sample];
  if (us === undefined) return "no values yet";
  const values = lanes.flatMap((lane) => lane.lines.map((line) => {
    const value = valueAt(frame, line.key, sample);
    return `${line.name} ${value === null ? "no value" : line.say(value)}`;
  }));
  return `${clock(us)}: ${values.join(", ")}`;
}
