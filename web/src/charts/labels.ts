/** Moves places apart so that neighbours keep `gap`, in their order, within [low, high] where they fit. */
export function spread(places: readonly number[], gap: number, low: number, high: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const out = [...places];
  let floor = low;
  for (const i of order) {
    out[i] = Math.max(out[i] ?? 0, floor);
    floor = (out[i] ?? 0) + gap;
  }
  let ceiling = high;
  for (const i of [...order].reverse()) {
    if ((out[i] ?? 0) <= ceiling) break;
    out[i] = ceiling;
    ceiling -= gap;
  }
  return out;
}

/** At most `most` characters; what is left out is told by "…". */
export const shorten = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
