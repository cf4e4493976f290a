// Bucketed series: what history sends, and how live values are put into the same buckets.

import type { Series } from "../api/types";

export const emptySeries = (): Series => ({ t: [], min: [], max: [], last: [] });

const smaller = (a: number | null, b: number | null) =>
  a === null ? b : b === null ? a : Math.min(a, b);
const larger = (a: number | null, b: number | null) =>
  a === null ? b : b === null ? a : Math.max(a, b);

/**
 * The series with `value` of time `us` in its bucket of `bucketUs`, without what is older than
 * `oldestUs`. null is a value that was not finite. A value older than the newest bucket is dropped:
 * it was sent again after a reconnect, and history has it.
 */
export function put(
  series: Series, us: number, value: number | null, bucketUs: number, oldestUs: number,
): Series {
  const start = Math.floor(us / bucketUs) * bucketUs;
  const n = series.t.length;
  const newest = series.t[n - 1];
  if (newest !== undefined && start < newest) return series;
  let drop = 0;
  while (drop < n && (series.t[drop] ?? 0) + bucketUs <= oldestUs) drop++;
  const same = newest === start;
  const keep = same ? n - 1 : n;
  const old = (column: (number | null)[]) => (same ? (column[n - 1] ?? null) : null);
  return {
    t: [...series.t.slice(drop, keep), start],
    min: [...series.min.slice(drop, keep), smaller(old(series.min), value)],
    max: [...series.max.slice(drop, keep), larger(old(series.max), value)],
    last: [...series.last.slice(drop, keep), value],
  };
}

/**
 * The newer series, with what only the older one remembers before it: a server that was started again
 * has forgotten what this page still knows.
 */
export function joinOlder(older: Series | undefined, newer: Series, oldestUs: number): Series {
  if (older === undefined) return newer;
  const until = newer.t[0] ?? Infinity;
  const from = older.t.findIndex((t) => t >= oldestUs);
  if (from < 0) return newer;
  let to = older.t.findIndex((t) => t >= until);
  if (to < 0) to = older.t.length;
  if (to <= from) return newer;
  return {
    t: [...older.t.slice(from, to), ...newer.t],
    min: [...older.min.slice(from, to), ...newer.min],
    max: [...older.max.slice(from, to), ...newer.max],
    last: [...older.last.slice(from, to), ...newer.last],
  };
}
