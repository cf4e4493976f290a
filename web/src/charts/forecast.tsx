// What came in the last 30 s, and what the model said would come, reaching past "now".

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { target } from "../format/numbers";
import { duration } from "../format/times";
import type { ModelState } from "../state/state";
import { roundScale } from "./scale";

const kShownUs = 30e6;
const kHeight = 92;
const kLeft = 34;
const kGapUs = 2.5e6;

export function ForecastChart({ model }: { model: ModelState }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return <div ref={place}>{width > 0 && <Drawing model={model} width={width} />}</div>;
}

type Points = [us: number, value: number][];

function Drawing({ model, width }: { model: ModelState; width: number }) {
  const nowUs = model.forecasts[model.forecasts.length - 1]?.time_us ?? 0;
  const endUs = Math.max(nowUs, ...model.forecasts.map((f) => f.for_us));
  const startUs = endUs - kShownUs;
  const shown = model.forecasts.filter((f) => f.for_us >= startUs);
  const came: Points = shown.flatMap((f) => (f.seen === null || f.time_us < startUs ? [] : [[f.time_us, f.seen]]));
  const said: Points = shown.flatMap((f) => (f.prediction === null ? [] : [[f.for_us, f.prediction]]));
  const last = shown[shown.length - 1];
  const unit = model.metrics?.unit ?? "";
  const values = [...came, ...said].map(([, v]) => v);
  // A share in percent ends at 100; what a model says beyond that is drawn at the edge.
  const isShare = unit === "points";
  const most = isShare ? Math.min(100, Math.max(...values)) : Math.max(...values);
  const least = isShare ? 0 : Math.min(...values);
  const scale = values.length > 0 ? roundScale(least, most, isShare ? { fromZero: true, ceiling: 100 } : {}) : roundScale(0, 1);
  const ticks = scale.ticks.length > 3 ? [scale.low, scale.high] : scale.ticks;
  const x = (us: number) => kLeft + ((us - startUs) / kShownUs) * (width - kLeft - 6);
  const y = (v: number) => 6 + (kHeight - 16) * (1 - (Math.max(scale.low, Math.min(scale.high, v)) - scale.low) / (scale.high - scale.low));
  const path = (points: Points) => points.map(([us, v], i) => {
    const joined = i > 0 && us - (points[i - 1]?.[0] ?? 0) < kGapUs;
    return `${joined ? "L" : "M"}${x(us).toFixed(1)} ${y(v).toFixed(1)}`;
  }).join("");
  const next = said[said.length - 1];
  const ahead = last === undefined ? "" : Math.round((last.for_us - last.time_us) / 1e5) === 10 ? "next second" : `in ${duration(last.for_us - last.time_us)}`;
  const words = `${model.name}, the last 30 seconds and its forecast; came ${target(last?.seen, unit)}, ${ahead} ${target(last?.prediction, unit)}`;
  const odd = model.surprises.filter((s) => s.time_us >= startUs && typeof s.seen === "number");
  return (
    <svg class="forecast" width={width} height={kHeight + 20} role="img" aria-label={words}>
      {ticks.map((v, i) => (
        <g key={v}>
          <line class={i === 0 ? "ax" : "gl"} x1={kLeft} x2={width - 6} y1={y(v)} y2={y(v)} />
          <text x={kLeft - 6} y={y(v) + 4} text-anchor="end">{i === ticks.length - 1 ? target(v, unit) : target(v, unit).replace(" %", "")}</text>
        </g>
      ))}
      <path class="l-ink thin" d={path(came)} />
      <path class="l-model" d={path(said)} />
      <line class="ax now" x1={x(nowUs)} x2={x(nowUs)} y1={2} y2={y(scale.low)} />
      {next !== undefined && <circle class="next" cx={x(next[0])} cy={y(next[1])} r={3} />}
      {odd.map((s) => <circle class="odd" key={s.time_us} cx={x(s.time_us)} cy={y(Math.max(scale.low, Math.min(scale.high, s.seen as number)))} r={6} />)}
      {odd.slice(0, 1).map((s) => {
        const left = x(s.time_us) > width / 2;
        return (
          <text class="t-warn halo" key="odd" x={x(s.time_us) + (left ? -10 : 10)} y={y(Math.min(scale.high, s.seen as number)) + 6} text-anchor={left ? "end" : "start"}>not expected</text>
        );
      })}
      <text x={kLeft} y={kHeight + 14}>30 s ago</text>
      <text x={width - 6} y={kHeight + 14} text-anchor="end">
        <tspan class="came">came {target(last?.seen, unit)}</tspan>
        <tspan class="said" dx="10">{ahead} {target(last?.prediction, unit)}</tspan>
      </text>
    </svg>
  );
}
