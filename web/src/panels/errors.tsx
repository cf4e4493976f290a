// "What was refused?" The server's own words.

import { clock, moment } from "../format/times";
import type { PanelProps } from "./view";

const kMostShown = 10;

export function Errors({ state, model, nowUs }: PanelProps) {
  const errors = state.errors.filter((e) => e.model === null || e.model === model.name).slice(0, kMostShown);
  const started = model.info?.started_us;
  return (
    <section class="panel" aria-labelledby="h-errors">
      <header>
        <h2 id="h-errors">Last errors</h2>
        <span class="q">refused requests: nothing of them was learned</span>
      </header>
      {errors.length === 0 ? <p class="none">none since the start{started ? ` at ${moment(started, nowUs)}` : ""}</p> : (
        <table class="tab">
          <thead>
            <tr><th scope="col">time</th><th scope="col">code</th><th scope="col">call</th><th scope="col">reason</th></tr>
          </thead>
          <tbody>
            {errors.map((e) => (
              <tr key={`${e.time_us} ${e.reason}`}>
                <td title={moment(e.time_us, nowUs)}>{clock(e.time_us)}</td><td>{e.code}</td><td>{e.call}</td><td class="why">{e.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
