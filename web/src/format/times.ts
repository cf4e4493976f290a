// Times of the server (Unix microseconds) in the reader's own time zone.

import { kUnknown, num } from "./numbers";

const two = (n: number) => String(n).padStart(2, "0");

/** 14:03:06 */
export function clock(us: number): string {
  const at = new Date(us / 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** 2026-11-21 */
export function day(us: number): string {
  const at = new Date(us / 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The time of day, with the date before it when that is not the day of `nowUs`. */
export const moment = (us: number, nowUs: number): string =>
  day(us) === day(nowUs) ? clock(us) : `${day(us)} ${clock(us)}`;

/** How long: "0.4 s", "38 s", "4 min 10 s", "3 h 5 min", "2 days 4 h". */
export function duration(us: number | null | undefined): string {
  if (us === null || us === undefined || !Number.isFinite(us)) return kUnknown;
  const s = Math.max(0, us) / 1e6;
  if (s === 0) return "0 s";
  if (s < 0.05) return "under 0.1 s";
  if (s < 9.95) return `${num(s, 1)} s`;
  const whole = Math.round(s);
  if (whole < 120) return `${whole} s`;
  const join = (big: number, unit: string, small: number, less: string) =>
    small === 0 ? `${num(big)} ${unit}` : `${num(big)} ${unit} ${small} ${less}`;
  if (whole < 3600) return join(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(s / 60);
  if (minutes < 48 * 60) return join(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(s / 3600);
  return join(Math.floor(hours / 24), "days", hours % 24, "h");
}

/** A latency: value and unit apart, for the page sets them in two sizes. */
export function latency(us: number | null | undefined): { value: string; unit: string } {
  if (us === null || us === undefined) return { value: kUnknown, unit: "" };
  if (us >= 9_999_500) return { value: num(us / 1e6, 1), unit: "s" };
  if (us >= 9_999.5) return { value: num(us / 1e3), unit: "ms" };
  return { value: num(us, us < 9.95 ? 1 : 0), unit: "µs" };
}

const kSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
].map((s) => s * 1e6);

/** Round local times in [fromUs, toUs], at most `most` of them, and how to write each. */
export function timeTicks(fromUs: number, toUs: number, most: number): { us: number; text: string }[] {
  const width = toUs - fromUs;
  if (!(width > 0) || most < 1) return [];
  const kDay = 86400e6;
  const step =
    kSteps.find((s) => width / s <= most) ?? kDay * Math.max(2, Math.ceil(width / kDay / most));
  // Round in local time: a day starts at the reader's midnight.
  const offset = new Date(fromUs / 1000).getTimezoneOffset() * 60e6;
  const first = Math.ceil((fromUs - offset) / step) * step + offset;
  const ticks = [];
  for (let us = first; us <= toUs; us += step) ticks.push({ us, text: tickText(us, step) });
  return ticks;
}

function tickText(us: number, step: number): string {
  const at = new Date(us / 1000);
  if (step >= 86400e6 || (step >= 3600e6 && at.getHours() === 0)) {
    return `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  }
  return step >= 60e6 || at.getSeconds() === 0 ? clock(us).slice(0, 5) : clock(us);
}
