// "And the rest?" A panel for each model that is not shown: its error, its baseline's, its forecast.

import { ForecastChart } from "../charts/forecast";
import { metric, num } from "../format/numbers";
import { shortState } from "../format/states";
import { baselineWords } from "../format/words";
import type { ModelState } from "../state/state";
import { hashOfModel } from "../state/store";
import { Glyph } from "./glyph";
import { baselineScore, headline, type PanelProps } from "./view";

/** More are in the header's list. */
const kMostPanels = 4;

export function OtherModels(props: PanelProps) {
  const { state, model } = props;
  const others = state.order.filter((name) => name !== model.name);
  return (
    <>
      {others.slice(0, kMostPanels).map((name) => (
        <OtherModel key={name} {...props} model={state.models[name] as ModelState} id={`h-other-${state.order.indexOf(name)}`} />
      ))}
      {others.length > kMostPanels && <p class="q panel">and {num(others.length - kMostPanels)} more: choose them at the top</p>}
    </>
  );
}

function OtherModel({ model, nowUs, lostUs, id }: PanelProps & { id: string }) {
  const { shape, tone, text } = shortState(model.status, nowUs, lostUs);
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}><a href={hashOfModel(model.name)}>{model.name}</a></h2>
        <span class="q state"><Glyph shape={shape} tone={tone} /> {text}</span>
      </header>
      <Summary model={model} stale={lostUs !== null} />
      {model.forecasts.length > 1 && <ForecastChart model={model} />}
    </section>
  );
}

function Summary({ model, stale }: { model: ModelState; stale: boolean }) {
  const { metrics, info } = model;
  const { value, rest } = headline(model);
  const base = baselineScore(model);
  const source = info?.source?.text ?? "";
  return (
    <>
      {source !== "" && <p class="q">{source}</p>}
      {value === "" ? <p class="q">{source === "" ? "taught by calls only; nothing learned yet" : rest}</p> : (
        <p class="pair">
          <b class={stale ? "stale" : ""}>{value}</b><span>{rest.trim()}</span>
          {base !== null && metrics !== null && (
            <span class="q">{metric(base, metrics.unit).replace(" points", "")} for {baselineWords(info, metrics).short}</span>
          )}
        </p>
      )}
    </>
  );
}
