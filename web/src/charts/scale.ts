// Round scales with 3 to 5 ticks that hold all values, and move only when they must.

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

export interface Bounds {
  /** Rates and bars start at 0. */
  fromZero?: boolean;
  /** No value can be larger: 100 for percent. */
  ceiling?: number;
}

const kSteps = [1, 2, 2.5, 5];

/** Removes what binary fractions add: 0.30000000000000004. */
const clean = (v: number) => Number(v.toPrecision(12));

function range(low: number, high: number, step: number): Scale {
  const first = Math.floor(clean(low / step));
  const last = Math.ceil(clean(high / step));
  const ticks = [];
  for (let k = first; k <= last; k++) ticks.push(clean(k * step));
  return { low: clean(first * step), high: clean(last * step), ticks };
}

/** The tightest round range over [low, high] with 3 to 5 ticks. */
export function roundScale(low: number, high: number, bounds: Bounds = {}): Scale {
  let from = bounds.fromZero ? Math.min(0, low) : low;
  let to = high;
  if (!(to > from)) {
    // One value alone: some room around it, but never beyond what is possible.
    const room = Math.max(Math.abs(to) * 0.01, to === 0 ? 1 : 0);
    to = bounds.ceiling !== undefined && to + room > bounds.ceiling ? to : to + room;
    if (!bounds.fromZero) from -= room;
  }
  const power = 10 ** Math.floor(Math.log10(to - from));
  let best: Scale | null = null;
  for (const factor of [0.1, 1, 10]) {
    for (const step of kSteps) {
      const scale = range(from, to, step * power * factor);
      if (scale.ticks.length < 3 || scale.ticks.length > 5) continue;
      if (bounds.ceiling !== undefined && scale.high > bounds.ceiling && high <= bounds.ceiling) continue;
      // Steps grow: of two ranges alike, the one with fewer ticks.
      if (best === null || scale.high - scale.low <= best.high - best.low) best = scale;
    }
  }
  return best ?? range(from, to, (to - from) / 2);
}

/** Keeps the scale that is shown unless a value leaves it or the data fill less than half of it. */
export function steadyScale(shown: Scale | null, low: number, high: number, bounds: Bounds = {}): Scale {
  if (shown !== null && low >= shown.low && high <= shown.high) {
    const filled = high - (bounds.fromZero ? Math.min(0, low) : low);
    if (filled * 2 >= shown.high - shown.low) return shown;
  }
  return roundScale(low, high, bounds);
}

/** Whole decades over [low, high], both above 0; ticks at powers of ten, finer when there is one decade. */
export function logScale(shown: Scale | null, low: number, high: number): Scale {
  if (shown !== null && low >= shown.low && high <= shown.high) {
    if (Math.log(high / low) * 2 >= Math.log(shown.high / shown.low)) return shown;
  }
  const first = Math.floor(clean(Math.log10(low)));
  const last = Math.max(first + 1, Math.ceil(clean(Math.log10(high))));
  const stride = Math.ceil((last - first) / 4);
  const ticks = [];
  for (let k = first; k <= last; k += stride) ticks.push(clean(10 ** k));
  if (last - first === 1) ticks.splice(1, 0, clean(2 * 10 ** first), clean(5 * 10 ** first));
  return { low: clean(10 ** first), high: clean(10 ** last), ticks };
}
