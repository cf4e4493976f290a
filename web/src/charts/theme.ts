// The colours of the style sheet, for canvases; read again when the theme changes.

import { signal } from "@preact/signals";

const kNames = ["bg", "ink", "ink2", "ink3", "rule", "edge", "accent", "tint", "band", "base", "bad"] as const;
export type Colours = Record<(typeof kNames)[number], string>;

function read(): Colours {
  const style = getComputedStyle(document.documentElement);
  const entries = kNames.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as Colours;
}

export const colours = signal<Colours>(read());

for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", () => {
    colours.value = read();
  });
}

/** The face of axis labels, as the page's own small text. */
export const axisFont = (): string => `11px ${getComputedStyle(document.body).fontFamily}`;
