// "Is it learning? Is it worth it? Is it healthy?" State line, verdict and vitals of the model shown.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { rate } from "../charts/lanes";
import { bytes, kNotFinite, kUnknown, metric, num } from "../format/numbers";
import { stateView } from "../format/states";
import { clock, duration, latency } from "../format/times";
import { compare, type Comparison, verdict } from "../format/verdict";
import { baselineWords, taskWords } from "../format/words";
import { isNotFinite, isUntouched, type ModelState } from "../state/state";
import { Glyph } from "./glyph";
import { baselineScore, mainFigure, mainScore, type PanelProps, share } from "./view";

export function Lead(props: PanelProps) {
  return (
    <section class="lead" id="figures" tabIndex={-1} aria-label={`${props.model.name} now`}>
      <StateLine {...props} />
      <div>
        <Headline {...props} />
        <Versus {...props} />
      </div>
      <Vitals {...props} />
    </section>
  );
}

function StateLine({ model, nowUs, lostUs }: PanelProps) {
  const { shape, tone, text } = stateView(model.status, nowUs, lostUs);
  const { info } = model;
  const words = info === null ? [] : [taskWords(info), info.source?.text ?? ""].filter((w) => w !== "");
  return (
    <p class="about">
      <strong><Glyph shape={shape} tone={tone} /><span>{text}</span></strong>
      {info !== null && <code>{info.spec}</code>}
      {words.length > 0 && <span>{words.join(" · ")}</span>}
    </p>
  );
}

/** The sentence changes at most this often: one that flickers cannot be read. */
const kHoldMs = 5000;

function Headline({ model, lostUs }: PanelProps) {
  const held = useRef<{ comparison: Comparison; atMs: number } | null>(null);
  const fresh = compare(model.info, model.metrics, model.name);
  const now = performance.now();
  const old = held.current;
  const started = old !== null && old.comparison.rows === 0 && fresh.rows > 0;
  if (old === null || old.comparison.name !== fresh.name || started || now - old.atMs >= kHoldMs) {
    held.current = { comparison: fresh, atMs: now };
  }
  return <h1>{verdict(held.current?.comparison ?? fresh, lostUs !== null)}</h1>;
}

/** Letters that fit at full size. */
const kLongFigure = 7;

function Versus(props: PanelProps) {
  const { model, lostUs } = props;
  const { metrics, info } = model;
  if (metrics === null || metrics.main === null) return null;
  const regression = metrics.task === "regression";
  const own = mainScore(model);
  const base = baselineScore(model);
  const decides = metrics.task === "decision";
  const size = (v: number | null) => (v === null || decides ? null : regression ? v : (1 - v) * 1000);
  const most = Math.max(size(own) ?? 0, size(base) ?? 0);
  const stale = lostUs === null ? "" : " stale";
  const figure = (v: number | null) => (v === null && isNotFinite(metrics, model.status) ? kNotFinite : metric(v, metrics.unit));
  const big = mainFigure(model);
  // A figure without bounds, as an error of 1.94e+37, is set smaller: it has to fit a phone.
  const size40 = big.length <= kLongFigure ? "big" : "big long";
  return (
    <table class="versus">
      <thead>
        <tr>
          <th scope="col" colSpan={2}>{decides ? "cost of a decision, before seeing it" : `${regression ? "mean error" : "right"}, before seeing the label`}</th>
          <th scope="col">{decides ? "" : regression ? "mean error" : "mistakes per 1,000"}</th>
        </tr>
      </thead>
      <tbody>
        <tr class="big-row">
          <td class={`n ${own === null ? "ref" : size40}${stale}`}>{big}</td>
          <td class="w">{model.name}</td>
          <td><Bar value={size(own)} most={most} unit={regression ? metrics.unit : "mistakes"} /></td>
        </tr>
        {metrics.baseline !== null && (
          <tr class="ref-row">
            <td class={`n ref${stale}`}>{figure(base)}</td>
            <td class="w">{baselineWords(info, metrics).short}</td>
            <td><Bar value={size(base)} most={most} unit={regression ? metrics.unit : "mistakes"} /></td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Bar({ value, most, unit }: { value: number | null; most: number; unit: string }) {
  if (value === null || !Number.isFinite(value)) return null;
  const part = most > 0 ? value / most : 0;
  const text = unit === "" ? metric(value, "") : num(value, 1);
  return <span class="bar"><i style={{ width: `calc((100% - 52px) * ${part.toFixed(4)})` }} />{text}</span>;
}

function Vital({ name, stale, children, below }: { name: string; stale: boolean; children: ComponentChildren; below: ComponentChildren }) {
  return <div><dt>{name}</dt><dd class={stale ? "stale" : ""}>{children}</dd><dd class="q">{below}</dd></div>;
}

function Vitals({ model, lostUs }: PanelProps) {
  const stale = lostUs !== null;
  return (
    <dl class="vitals">
      <Rows model={model} stale={stale} />
      <LearnRate model={model} stale={stale} />
      <PredictRate model={model} stale={stale} />
      <Latency model={model} stale={stale} />
      <Behind model={model} stale={stale} />
      <LogPosition model={model} stale={stale} />
    </dl>
  );
}

interface VitalProps {
  model: ModelState;
  stale: boolean;
}

/** Nothing was learned and nothing is known: figures are "–", never 0. */
const waits = (model: ModelState) => model.status === null || model.status.state === "waiting";

function Rows({ model, stale }: VitalProps) {
  const { status, metrics, info } = model;
  const total = status?.rows_total ?? null;
  const sent = status?.rows_sent ?? status?.learned ?? 0;
  const below = total !== null ? `of ${num(total)}, ${share(sent, total)}`
    : info?.source ? "from a stream without end" : "from calls only";
  return <Vital name="rows learned" stale={stale} below={below}>{num(status?.learned ?? metrics?.events)}</Vital>;
}

function LearnRate({ model, stale }: VitalProps) {
  const { status } = model;
  const stopped = status?.state === "stopped" || status?.state === "paused";
  const queue = num(status?.queue);
  const below = status?.state === "ended" && !status.offered_per_s ? "source ended"
    : `offered ${rate(status?.offered_per_s)}, queue ${queue}`;
  const text = waits(model) ? kUnknown : rate(status?.learn_per_s);
  return (
    <Vital name="learned per second" stale={stale} below={below}>
      {stopped && !stale ? <span class="alarm">{text}</span> : text}
    </Vital>
  );
}

function PredictRate({ model, stale }: VitalProps) {
  const { status } = model;
  const none = status === null || isUntouched(model);
  const refused = status?.refused_per_s ?? null;
  const below = refused === null ? `${kUnknown} refused` : refused > 0 ? <span class="alarm">{rate(refused)} refused</span> : "0 refused";
  return <Vital name="predicted per second" stale={stale} below={below}>{none ? kUnknown : rate(status?.predict_per_s)}</Vital>;
}

function Latency({ model, stale }: VitalProps) {
  const p50 = latency(model.status?.predict_p50_us);
  const p99 = latency(model.status?.predict_p99_us);
  if (p50.unit === "") return <Vital name="predict latency" stale={stale} below="no calls yet">{kUnknown}</Vital>;
  return (
    <Vital name="predict latency" stale={stale} below="of answered calls">
      {p50.value} <small>{p50.unit} p50</small>&ensp;{p99.value} <small>{p99.unit} p99</small>
    </Vital>
  );
}

function Behind({ model, stale }: VitalProps) {
  const { status } = model;
  if (status === null || waits(model)) {
    return <Vital name="behind the log" stale={stale} below="nothing to learn">{kUnknown}</Vital>;
  }
  const alarming = status.state === "stopped" || status.state === "paused";
  const since = status.since_us === null ? "" : ` ${clock(status.since_us)}`;
  const below = alarming ? `${(status.staleness_us ?? 0) > 0 ? "growing" : "nothing comes in"} since${since}`
    : status.state === "ended" ? `all learned${since}` : `highest in 5 min ${duration(status.staleness_high_us)}`;
  const text = duration(status.staleness_us);
  return (
    <Vital name="behind the log" stale={stale} below={below}>
      {alarming && !stale && (status.staleness_us ?? 0) > 0 ? <span class="alarm">{text}</span> : text}
    </Vital>
  );
}

function LogPosition({ model, stale }: VitalProps) {
  const { status } = model;
  const lsn = status?.lsn ?? null;
  const below = !lsn ? "log is empty" : `on disk to ${num(status?.durable_lsn)}`;
  const held = status?.log_bytes == null ? "" : `${bytes(status.log_bytes)} of log`;
  return <Vital name="log position" stale={stale} below={<span title={held}>{below}</span>}>{num(lsn)}</Vital>;
}
