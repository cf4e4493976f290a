import type { Shape, Tone } from "../format/states";

/** The shape of a state: disc, half disc, ring, square, cross. Words beside it say the same. */
export function Glyph({ shape, tone }: { shape: Shape; tone: Tone }) {
  return (
    <svg class={`g ${tone}`} viewBox="0 0 10 10" aria-hidden="true">
      {shape === "learning" && <circle cx="5" cy="5" r="4.5" />}
      {shape === "behind" && <path d="M5 .5a4.5 4.5 0 0 1 0 9z" />}
      {shape === "behind" && <circle class="ring" cx="5" cy="5" r="4" />}
      {shape === "waiting" && <circle class="ring" cx="5" cy="5" r="4" />}
      {shape === "square" && <path d="M1 1h8v8H1z" />}
      {shape === "cross" && <path class="cross" d="M1 1l8 8M9 1L1 9" />}
    </svg>
  );
}
