// What the server says, as docs/page-api.md settles it. Times are Unix microseconds, rates per second,
// an unknown value is null and never 0.

export interface IndexRow {
  name: string;
  version?: string;
  state: string;
  reason: string;
}

/** One metric over three memories: since the start, the last `window` rows, and fading. */
export interface Scores {
  all: number | null;
  window: number | null;
  faded: number | null;
}

export interface ClassName {
  id: string;
  name: string;
}

export interface Source {
  text: string;
  rows_total: number | null;
  rows_sent: number | null;
  ended: boolean;
}

/** The part of `M/metrics` that changes as the model learns; also the `metrics` event. */
export interface Metrics {
  model: string;
  time_us?: number;
  lsn: number;
  events: number;
  task: 'classification'|'regression'|'decision'|'none';
  window: number;
  metrics: Record<string, Scores>;
  baselines: Record<string, Record<string, Scores>>;
  /** The metric that chart 1 and the verdict show; null for a model that is not scored. */
  main: string | null;
  baseline: string | null;
  /** The class that `baseline` says for every row, where it says one. */
  baseline_says?: string | null;
  unit: string;
  mode: "live" | "snapshot" | "consistent";
  last_row: Cell[] | null;
}

export type Cell = number | string | null;

/** `GET /v2/models/{m}/metrics`: what a model is, and how good. */
export interface ModelInfo extends Metrics {
  spec: string;
  classes: ClassName[];
  features: string[];
  target: string;
  /** Whether `x` FP32 [n, d] is taken. */
  dense: boolean;
  /** Whether `infer` answers `parameters.contributions`. */
  contributions?: boolean;
  source: Source | null;
  started_us?: number | null;
}

export type StateName = "learning" | "waiting" | "behind" | "paused" | "stopped" | "ended";

export interface Status {
  model: string;
  time_us: number;
  state: StateName;
  reason: string | null;
  since_us: number | null;
  learned: number | null;
  learn_per_s: number | null;
  offered_per_s: number | null;
  queue: number | null;
  predict_per_s: number | null;
  refused_per_s: number | null;
  predict_p50_us: number | null;
  predict_p99_us: number | null;
  lsn: number | null;
  published_lsn: number | null;
  durable_lsn: number | null;
  staleness_us: number | null;
  staleness_high_us: number | null;
  log_bytes: number | null;
  memory_bytes: number | null;
  not_finite: number | null;
  rows_total: number | null;
  rows_sent: number | null;
}

export interface Part {
  feature: string;
  part: number;
}

export interface Surprise {
  model: string;
  time_us: number;
  row: number;
  inputs: Cell[];
  expected: string | number;
  seen: string | number;
  /** What the model gave the class that came. */
  p?: number | null;
  /** What it gave the class it expected. */
  p_expected?: number | null;
  bits?: number | null;
  error?: number | null;
  ratio?: number | null;
  parts: Part[];
}

export interface Checkpoint {
  model: string;
  time_us: number;
  lsn: number;
  bytes: number;
}

export interface Forecast {
  model: string;
  time_us: number;
  for_us: number;
  prediction: number | null;
  seen: number | null;
}

export interface Refusal {
  /** null when the call named no model of this server. */
  model: string | null;
  time_us: number;
  code: number;
  call: string;
  reason: string;
}

export type Span = "300" | "3600" | "86400" | "all";

/** One series of `M/history`: `t` is the start of each bucket; a bucket that was not finite has null. */
export interface Series {
  t: number[];
  min: (number | null)[];
  max: (number | null)[];
  last: (number | null)[];
}

export interface HistoryReply {
  model: string;
  span_s: number | null;
  bucket_us: number;
  series: Record<string, Series>;
  checkpoints: number[];
  surprises: Surprise[];
  errors: Refusal[];
  forecasts: Forecast[];
}

export type ServerEvent =
  | { name: "status"; data: Status }
  | { name: "metrics"; data: Metrics }
  | { name: "surprise"; data: Surprise }
  | { name: "checkpoint"; data: Checkpoint }
  | { name: "forecast"; data: Forecast }
  | { name: "error"; data: Refusal }
  | { name: "gap"; data: { lost: number } };

export interface Tensor {
  name: string;
  shape: number[];
  datatype: string;
  data: (number | string | boolean)[];
}

export interface InferReply {
  outputs: Tensor[];
}
