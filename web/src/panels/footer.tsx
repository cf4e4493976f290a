// What else was measured: memory, log, publication; and what this page missed.

import { bytes, num } from "../format/numbers";
import { moment } from "../format/times";
import type { PanelProps } from "./view";

export function Footer({ state, model, nowUs }: PanelProps) {
  const { status, info } = model;
  const words = [
    info?.started_us ? `started ${moment(info.started_us, nowUs)}` : "",
    status?.memory_bytes != null ? `memory ${bytes(status.memory_bytes)}` : "",
    status?.log_bytes != null ? `log ${bytes(status.log_bytes)}` : "",
    info ? `published ${info.mode}${status?.published_lsn != null ? ` to ${num(status.published_lsn)}` : ""}` : "",
    (status?.not_finite ?? 0) > 0 ? `${num(status?.not_finite)} values not finite` : "",
    state.missed > 0 ? `this page was too slow for ${num(state.missed)} events` : "",
  ].filter((w) => w !== "");
  return <footer class="foot q">{words.map((w) => <span key={w}>{w}</span>)}</footer>;
}
