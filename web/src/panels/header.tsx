// "Am I connected?" Version, a link for each model, the connection.

import { shapeCharacter, stateView } from "../format/states";
import { moment } from "../format/times";
import { num } from "../format/numbers";
import type { ModelState, State } from "../state/state";
import { hashOfModel, select } from "../state/store";
import { Glyph } from "./glyph";
import { headline } from "./view";

/** More models than this are a list. */
const kMostLinks = 5;

interface Props {
  state: State;
  nowUs: number;
  nowMs: number;
  lostUs: number | null;
}

export function Header(props: Props) {
  const { state } = props;
  return (
    <header class="top">
      <div class="brand">Freshet <small>{state.version ?? ""}</small></div>
      <nav class="models" aria-label="Models">
        {state.order.length > kMostLinks ? <ModelList {...props} /> : state.order.map((name) => (
          <ModelLink key={name} model={state.models[name] as ModelState} {...props} />
        ))}
      </nav>
      <ConnectionLine {...props} />
    </header>
  );
}

function ModelLink({ model, state, nowUs, lostUs }: Props & { model: ModelState }) {
  const { shape, tone, text } = stateView(model.status, nowUs, lostUs);
  const { value, rest } = headline(model);
  const current = state.selected === model.name;
  return (
    <a href={hashOfModel(model.name)} aria-current={current ? "page" : undefined} title={text}>
      <Glyph shape={shape} tone={tone} />
      {model.name}
      <span>{value}<span class={value === "" ? "" : "narrow"}>{rest}</span></span>
    </a>
  );
}

function ModelList({ state, nowUs, lostUs }: Props) {
  const choose = (name: string) => {
    location.hash = hashOfModel(name);
    select(name);
  };
  return (
    <select aria-label="Model shown" value={state.selected ?? ""} onChange={(e) => choose(e.currentTarget.value)}>
      {state.order.map((name) => {
        const model = state.models[name] as ModelState;
        const { value, rest } = headline(model);
        return <option key={name} value={name}>{shapeCharacter[stateView(model.status, nowUs, lostUs).shape]} {name} {value}{rest}</option>;
      })}
    </select>
  );
}

/** The status role speaks when the connection changes; what counts seconds is not spoken. */
function ConnectionLine({ state, nowUs, nowMs, lostUs }: Props) {
  const { connection, heard } = state;
  if (connection.phase === "connecting") {
    return <p class="conn"><Glyph shape="waiting" tone="off" /><span role="status">connecting</span></p>;
  }
  if (connection.phase === "lost") {
    const seconds = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1000));
    return (
      <p class="conn">
        <Glyph shape="cross" tone="bad" />
        <span><span role="status">connection lost {moment(lostUs ?? nowUs, nowUs)}</span>
          <span aria-hidden="true">; {seconds > 0 ? `next try in ${seconds} s` : "trying again"}</span></span>
      </p>
    );
  }
  const ago = heard === null || heard.atMs < connection.sinceMs ? null : Math.max(0, nowMs - heard.atMs) / 1000;
  return (
    <p class="conn">
      <Glyph shape="learning" tone="" />
      <span><span role="status">connected</span>
        {ago !== null && <span class="narrow" aria-hidden="true">, last event {num(ago, 1)} s ago</span>}</span>
    </p>
  );
}
