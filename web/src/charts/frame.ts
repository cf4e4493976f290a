// The series of a model on one time axis, and the same thinned out to what a pixel can show.

import type { Series } from "../api/types";

/** A number; null: a hole that is not drawn across; undefined: nothing was measured at just this time. */
export type Cell = number | null | undefined;

export interface Column {
  last: Cell[];
  min: Cell[];
  max: Cell[];
}

export interface Frame {
  t: number[];
  columns: Record<string, Column>;
  /** Samples further apart than this are not joined. */
  gapUs: number;
}

export const gapOf = (bucketUs: number): number => Math.max(3 * bucketUs, 2.5e6);

/** Puts `series` on the union of their times; values are multiplied by `factor` of their key. */
export function buildFrame(
  series: Record<string, Series>, bucketUs: number, factor: Record<string, number> = {},
): Frame {
  const gapUs = gapOf(bucketUs);
  const t = axis(Object.values(series), gapUs, bucketUs);
  const at = new Map(t.map((us, i) => [us, i]));
  const columns: Record<string, Column> = {};
  for (const [key, one] of Object.entries(series)) {
    columns[key] = align(one, at, t, gapUs, factor[key] ?? 1);
  }
  return { t, columns, gapUs };
}

/** All times, with one more in each gap: the place of the hole. */
function axis(series: Series[], gapUs: number, bucketUs: number): number[] {
  const all = [...new Set(series.flatMap((s) => s.t))].sort((a, b) => a - b);
  const t: number[] = [];
  for (const us of all) {
    const before = t[t.length - 1];
    if (before !== undefined && us - before > gapUs) t.push(before + bucketUs);
    t.push(us);
  }
  return t;
}

function align(series: Series, at: Map<number, number>, t: number[], gapUs: number, factor: number): Column {
  const column: Column = { last: [], min: [], max: [] };
  for (const cells of Object.values(column) as Cell[][]) cells.length = t.length;
  const times = (v: number | null | undefined) => (typeof v === "number" ? v * factor : (v ?? null));
  let before = -1;
  series.t.forEach((us, k) => {
    const i = at.get(us) ?? 0;
    column.last[i] = times(series.last[k]);
    column.min[i] = times(series.min[k]);
    column.max[i] = times(series.max[k]);
    if (before >= 0 && us - (t[before] ?? us) > gapUs) {
      for (let j = before + 1; j < i; j++) column.last[j] = column.min[j] = column.max[j] = null;
    }
    before = i;
  });
  return column;
}

/** Smallest and largest finite value of the columns within [fromUs, toUs]; null when there is none. */
export function extent(frame: Frame, keys: readonly string[], fromUs: number, toUs: number): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const key of keys) {
    const column = frame.columns[key];
    if (column === undefined) continue;
    frame.t.forEach((us, i) => {
      if (us < fromUs || us > toUs) return;
      for (const v of [column.min[i], column.max[i], column.last[i]]) {
        if (typeof v !== "number" || !Number.isFinite(v)) continue;
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
    });
  }
  return low <= high ? [low, high] : null;
}

/**
 * The frame with at most two samples a pixel: the smallest and the largest value in the pixel, in the
 * order in which they came; a hole stays a hole. Samples just outside are kept, so that lines reach the edge.
 */
export function decimate(frame: Frame, fromUs: number, toUs: number, width: number): Frame {
  const { t } = frame;
  let first = t.findIndex((us) => us >= fromUs);
  if (first < 0) first = t.length;
  let end = t.findIndex((us) => us > toUs);
  if (end < 0) end = t.length;
  const groups = pixelGroups(t, Math.max(0, first - 1), Math.min(t.length, end + 1), fromUs, toUs, width);
  const columns: Record<string, Column> = {};
  for (const [key, column] of Object.entries(frame.columns)) columns[key] = thin(column, groups);
  const times = groups.flatMap(([a, b]) => (b - a === 1 ? [t[a] ?? 0] : [t[a] ?? 0, t[b - 1] ?? 0]));
  return { t: times, columns, gapUs: frame.gapUs };
}

type Group = [from: number, to: number];

function pixelGroups(t: number[], first: number, end: number, fromUs: number, toUs: number, width: number): Group[] {
  const groups: Group[] = [];
  const few = end - first <= width;
  let pixel = NaN;
  for (let i = first; i < end; i++) {
    const at = Math.floor((((t[i] ?? 0) - fromUs) / (toUs - fromUs)) * width);
    const group = groups[groups.length - 1];
    if (!few && at === pixel && group !== undefined) group[1] = i + 1;
    else groups.push([i, i + 1]);
    pixel = at;
  }
  return groups;
}

function thin(column: Column, groups: Group[]): Column {
  const out: Column = { last: [], min: [], max: [] };
  for (const [from, to] of groups) {
    if (to - from === 1) {
      out.last.push(column.last[from]);
      out.min.push(column.min[from]);
      out.max.push(column.max[from]);
      continue;
    }
    const { low, high, cells } = pair(column, from, to);
    out.last.push(...cells);
    out.min.push(low, low);
    out.max.push(high, high);
  }
  return out;
}

function pair(column: Column, from: number, to: number): { low: Cell; high: Cell; cells: [Cell, Cell] } {
  let least = -1;
  let most = -1;
  let hole = -1;
  const low = (i: number) => column.min[i] ?? column.last[i] ?? Infinity;
  const high = (i: number) => column.max[i] ?? column.last[i] ?? -Infinity;
  for (let i = from; i < to; i++) {
    if (column.last[i] === undefined) continue;
    if (column.last[i] === null) hole = i;
    if (Number.isFinite(low(i)) && (least < 0 || low(i) < low(least))) least = i;
    if (Number.isFinite(high(i)) && (most < 0 || high(i) > high(most))) most = i;
  }
  if (least < 0 || most < 0) {
    const cell = hole >= 0 ? null : undefined;
    return { low: cell, high: cell, cells: [cell, cell] };
  }
  const lowest = low(least);
  const highest = high(most);
  let cells: [Cell, Cell] = least <= most ? [lowest, highest] : [highest, lowest];
  if (hole >= 0) cells = hole < Math.max(least, most) ? [null, cells[1]] : [cells[0], null];
  return { low: lowest, high: highest, cells };
}

/** The sample nearest to `us`; -1 when there is none. */
export function nearest(t: readonly number[], us: number): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((t[middle] ?? 0) < us) low = middle + 1;
    else high = middle;
  }
  if (low === t.length) return t.length - 1;
  if (low === 0) return 0;
  return us - (t[low - 1] ?? 0) <= (t[low] ?? 0) - us ? low - 1 : low;
}

/** What the column says at sample `i`: its own value, or the one shortly before it. */
export function valueAt(frame: Frame, key: string, i: number): number | null {
  const cells = frame.columns[key]?.last;
  if (cells === undefined) return null;
  for (let k = i; k >= 0; k--) {
    if ((frame.t[i] ?? 0) - (frame.t[k] ?? 0) > frame.gapUs) return null;
    if (cells[k] !== undefined) return cells[k] ?? null;
  }
  return null;
}

/** The newest value of the column: null when it is a hole, undefined when there never was one. */
export function newest(frame: Frame, key: string): Cell {
  const cells = frame.columns[key]?.last ?? [];
  for (let i = cells.length - 1; i >= 0; i--) if (cells[i] !== undefined) return cells[i];
  return undefined;
}
