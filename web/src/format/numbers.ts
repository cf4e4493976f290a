// Numbers as people read them: 41,216; a true minus; a space before the unit; "–" for what is not known.

export const kUnknown = "–";

const formats = new Map<number, Intl.NumberFormat>();

/** `digits` decimals, thousands separated: 41,216 and −0.39. */
export function num(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kUnknown;
  let format = formats.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(digits, format);
  }
  const text = format.format(value);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** Two decimals, as parts of a prediction have; three digits that matter where those would be a row of zeros. */
export const part = (value: number, digits = 2): string =>
  Math.abs(value) < 1e5 ? num(value, digits) : figure(value);

/** As `part`, with "+" before what is not negative: +0.44. */
export function signed(value: number, digits = 2): string {
  const size = part(Math.abs(value), digits);
  return (value < 0 && !/^[0.]+$/.test(size) ? "−" : "+") + size;
}

/** Three digits that matter: 0.0123, 3.62, 36.2, 362; for values without a unit of their own. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kUnknown;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-4 || size >= 1e9) return value.toExponential(2).replace(/-/g, "−");
  return num(value, Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(size)))));
}

/** A share of 0..1 as percent. What is short of everything never reads as 100, nor something as 0. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return kUnknown;
  for (let d = digits; d < 4; d++) {
    const text = num(share * 100, d);
    if ((share < 1 && Number(text) >= 100) || (share > 0 && Number(text) <= 0)) continue;
    return `${text} %`;
  }
  return share < 0.5 ? "under 0.001 %" : "over 99.999 %";
}

export const kNotFinite = "not finite";

/** A metric in its unit: "99.6 %", "3.6 points", "0.127". */
export function metric(value: number | null | undefined, unit: string): string {
  if (unit === "%") return percent(value);
  if (value === null || value === undefined || !Number.isFinite(value)) return kUnknown;
  return unit === "" ? figure(value) : `${num(value, 1)} ${unit}`;
}

/** A value of the target itself: a target counted in points is a share in percent. */
export function target(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kUnknown;
  if (unit === "points") return `${num(value)} %`;
  return unit === "" ? figure(value) : `${figure(value)} ${unit}`;
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return kUnknown;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${num(size, unit > 0 && size < 10 ? 1 : 0)} ${units[unit]}`;
}

/** The number with the fewest digits that is the same FP32: 0.1 for 0.10000000149. */
export function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}
