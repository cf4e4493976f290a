// "What does it not know?" Rows whose label the model thought unlikely, newest first.

import type { Surprise } from "../api/types";
import { num, percent, signed, target } from "../format/numbers";
import { clock, moment } from "../format/times";
import { className } from "../format/words";
import { rowToTry } from "./try_row";
import type { PanelProps } from "./view";

/** Bits that fill the bar. */
const kFullBits = 14;
const kFullRatio = 20;
const kMostShown = 10;

export function Surprises({ model, nowUs }: PanelProps) {
  const regression = model.metrics?.task === "regression";
  return (
    <section class="panel" aria-labelledby="h-surprises">
      <header>
        <h2 id="h-surprises">Last surprises</h2>
        <span class="q">rows whose label the model thought unlikely; open one in “Try it”</span>
      </header>
      {model.surprises.length === 0 ? <p class="none">{emptyWords(model.metrics?.events ?? 0, regression)}</p> : (
        <table class="tab">
          <thead>
            <tr>
              <th scope="col">time</th><th scope="col" class="r narrow">row</th><th scope="col">expected</th>
              <th scope="col">seen</th><th scope="col">{regression ? "times its usual error" : "surprise, bits"}</th>
              <th scope="col" class="narrow">strongest inputs</th>
            </tr>
          </thead>
          <tbody>
            {model.surprises.slice(0, kMostShown).map((s) => (
              <Row key={`${s.row} ${s.time_us}`} surprise={s} regression={regression} info={model.info} unit={model.metrics?.unit ?? ""} nowUs={nowUs} name={model.name} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function emptyWords(events: number, regression: boolean): string {
  const rows = regression ? 300 : 1000;
  return events < rows ? `none yet: surprises come once ${num(rows)} rows are learned` : "none yet";
}

interface RowProps {
  surprise: Surprise;
  regression: boolean;
  info: PanelProps["model"]["info"];
  unit: string;
  nowUs: number;
  name: string;
}

function Row({ surprise: s, regression, info, unit, nowUs, name }: RowProps) {
  const value = regression ? (s.ratio ?? null) : (s.bits ?? null);
  const full = regression ? kFullRatio : kFullBits;
  const say = (v: string | number) => (regression ? target(Number(v), unit) : className(info, v));
  const open = () => {
    rowToTry.value = { model: name, inputs: s.inputs, words: `row ${num(s.row)}` };
  };
  return (
    <tr>
      <td><button type="button" title={moment(s.time_us, nowUs)} aria-label={`Try row ${num(s.row)}, ${clock(s.time_us)}`} onClick={open}>{clock(s.time_us)}</button></td>
      <td class="r narrow">{num(s.row)}</td>
      <td>{say(s.expected)} {regression ? "" : sureness(s, info?.classes.length ?? 0)}</td>
      <td>{say(s.seen)}</td>
      <td>
        <span class="bar"><span class="r bits">{num(value, 1)}</span>
          <i style={{ width: `calc((100% - 2.4em - 8px) * ${Math.min(1, (value ?? 0) / full).toFixed(3)})` }} /></span>
      </td>
      <td class="narrow">{s.parts.slice(0, 2).map((p) => `${p.feature} ${signed(p.part, 1)}`).join(", ")}</td>
    </tr>
  );
}

/** How sure the model was of what it expected; with two classes that follows from `p`. */
function sureness(s: Surprise, classes: number): string {
  if (s.p_expected != null) return percent(s.p_expected);
  return s.p != null && classes === 2 ? percent(1 - s.p) : "";
}
