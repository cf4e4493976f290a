// The page: reading order is document order is focus order.

import { useEffect } from "preact/hooks";
import { Charts } from "./panels/charts";
import { Errors } from "./panels/errors";
import { FeedIt } from "./panels/feed_it";
import { Footer } from "./panels/footer";
import { Header } from "./panels/header";
import { Lead } from "./panels/lead";
import { OtherModels } from "./panels/other_models";
import { Surprises } from "./panels/surprises";
import { TryIt } from "./panels/try_it";
import { headline, type PanelProps } from "./panels/view";
import { lostAtUs, serverUs } from "./state/state";
import { shown } from "./state/store";

export function App() {
  const { state, nowMs } = shown.value;
  const lostUs = lostAtUs(state);
  const nowUs = serverUs(state, nowMs) ?? Date.now() * 1000;
  const model = state.selected === null ? undefined : state.models[state.selected];
  const { value, rest } = model === undefined ? { value: "", rest: "" } : headline(model);
  const title = model === undefined ? "Freshet" : `${model.name} ${value}${rest} · Freshet`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <a class="skip" href="#figures" onClick={skip}>Skip to the figures</a>
      <Header state={state} nowUs={nowUs} nowMs={nowMs} lostUs={lostUs} />
      <main>
        {model === undefined ? <NoModel connected={state.connection.phase === "open"} />
                             : <Page state={state} model={model} nowUs={nowUs} lostUs={lostUs} />}
      </main>
    </>
  );
}

/** The hash belongs to the models: the skip link moves the focus by itself. */
function skip(event: Event): void {
  event.preventDefault();
  const figures = document.getElementById("figures");
  figures?.scrollIntoView();
  figures?.focus();
}

function NoModel({ connected }: { connected: boolean }) {
  return (
    <section class="lead" id="figures" tabIndex={-1} aria-label="No model">
      <h1>{connected ? "This server has no model yet." : "No figures yet."}</h1>
      <p class="q">{connected ? "Start it with --model NAME=SPEC, or load one with POST /v2/repository/models/NAME/load." : ""}</p>
    </section>
  );
}

function Page(props: PanelProps) {
  const key = props.model.name;
  return (
    <>
      <Lead {...props} />
      <div class="grid">
        <div>
          <Charts {...props} />
          <Surprises {...props} />
          <Errors {...props} />
        </div>
        <div>
          <OtherModels {...props} />
          <TryIt key={`try ${key}`} {...props} />
          <FeedIt key={`feed ${key}`} {...props} />
        </div>
      </div>
      <Footer {...props} />
    </>
  );
}
