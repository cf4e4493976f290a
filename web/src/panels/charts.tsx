// "Since when? Does it keep up?" The stack of charts, and how much of the past it shows.

import { useRef } from "preact/hooks";
import type { Span } from "../api/types";
import { buildStack } from "../charts/lanes";
import type { Scale } from "../charts/scale";
import { ChartStack } from "../charts/stack";
import { colours } from "../charts/theme";
import { num } from "../format/numbers";
import { metricTitle } from "../format/words";
import { setSpan } from "../state/store";
import type { PanelProps } from "./view";

const kSpans: [Span, string][] = [["300", "5 min"], ["3600", "1 h"], ["86400", "1 day"], ["all", "all"]];

export function Charts({ state, model, nowUs, lostUs }: PanelProps) {
  const scales = useRef<{ of: string; shown: (Scale | null)[] }>({ of: "", shown: [] });
  const of = `${model.name} ${state.span}`;
  if (scales.current.of !== of) scales.current = { of, shown: [] };
  const spanUs = state.span === "all" ? Infinity : Number(state.span) * 1e6;
  const stack = buildStack({ model, nowUs, spanUs, outages: state.outages, scales: scales.current.shown });
  scales.current.shown = stack.lanes.map((lane) => lane.scale);
  const main = model.metrics?.main ?? null;
  return (
    <section class="panel" aria-labelledby="h-metric">
      <header>
        <div class="sub">
          <h2 id="h-metric">{metricTitle(main)}{model.metrics?.baseline ? " against its baseline" : ""}</h2>
          <span class="q">last {num(model.metrics?.window ?? 1000)} rows<span class="wide">, each predicted before its label was seen</span></span>
        </div>
        <fieldset class="range" aria-label="Time shown">
          {kSpans.map(([span, words]) => (
            <label key={span}>
              <input type="radio" name="range" checked={state.span === span} onChange={() => setSpan(span)} />{words}
            </label>
          ))}
        </fieldset>
      </header>
      <ChartStack key={of} stack={stack} colours={colours.value} stale={lostUs !== null} nowUs={nowUs} />
      <p class="marks q">
        <span>◇ checkpoint</span>
        <span><svg class="swatch" width="12" height="8" aria-hidden="true"><path class="f-band" d="M0 0h12v8H0z" /></svg> lowest to highest in a pixel; p50 to p99</span>
        <span class="wide">arrow keys move the cross-hair, [ and ] jump between marks</span>
      </p>
    </section>
  );
}
