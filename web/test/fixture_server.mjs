// A test tool, never shipped: a server with the page's API and made-up events, so that the page can be tested without
// the program. What the page really shows is tested with the program, in tests/browser.
//
//   node test/fixture_server.mjs [--port N] [--state live|empty|stopped|nan|ended|paused|behind] [--history 200]

import { readFile } from "node:fs/promises";
import http from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** The built page: FRESHET_PAGE, or where `npm run build` leaves it. */
export const kPage = process.env.FRESHET_PAGE ?? fileURLToPath(new URL("../dist/", import.meta.url));
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
export const kPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** The same pseudo-random numbers in every run. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const kStepUs = 500_000;
const kFeatures = ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"];
const kLast = [37, 0, 76, 0, 28, 18, 40, 48, 8];
const kShape = [[48, 12, 1.9], [0, 78, 0.1], [85, 9, -0.6], [0, 37, 0.05], [34, 22, -1.2], [1, 180, 0.02], [37, 13, -1.7], [51, 21, 1.1], [13, 26, -2.3]];
const kBias = -6.2;
const partsOf = (row) => row.map((v, i) => ((v - kShape[i][0]) / kShape[i][1]) * kShape[i][2]);
const anomaly = (row) => 1 / (1 + Math.exp(-kBias - partsOf(row).reduce((a, b) => a + b, 0)));

/** The made-up models. `state` is the one of "shuttle"; each step is half a second. */
export class Scenario {
  constructor(state = "live", startedUs = Date.now() * 1000) {
    this.state = state;
    this.startedUs = startedUs;
    this.random = random(20);
    this.steps = 0;
    this.rows = 0;
    this.changedUs = startedUs;
    this.more = 0;
    this.taught = 0;
    this.series = {};
    this.surprises = [];
    this.errors = [];
    this.checkpoints = [];
    this.forecasts = [];
    this.level = 30;
  }

  setState(state, atUs) {
    this.state = state;
    this.changedUs = atUs;
  }

  get learning() {
    return this.state === "live" || this.state === "nan" || this.state === "behind";
  }

  /** Advances to `us` and returns the events of this step. */
  step(us) {
    this.us = us;
    this.steps++;
    const events = [];
    if (this.learning) this.rows += 100;
    if (this.learning && this.steps % 120 === 0) {
      this.checkpoints.push(us);
      events.push(["checkpoint", { model: "shuttle", time_us: us, lsn: this.rows, bytes: 2048 }]);
    }
    if (this.learning && this.rows >= 1000 && this.steps % 37 === 0) events.push(["surprise", this.surprise(us)]);
    for (const name of this.models()) {
      const status = this.status(name);
      events.push(["status", status], ["metrics", { ...this.metrics(name), time_us: us }]);
      if (name === "shuttle") this.record(status);
    }
    for (let i = 4; i >= 0; i--) events.push(["forecast", this.forecast(us - i * 100_000)]);
    return events;
  }

  models() {
    return ["shuttle", "host", "try", ...Array.from({ length: this.more }, (_, i) => `more_${i}`)];
  }

  windowed() {
    const wrong = 0.003 + 0.07 * Math.exp(-this.rows / 600) + 0.002 * Math.sin(this.steps / 9) * Math.sin(this.steps / 31);
    return { model: 1 - Math.max(0, wrong), base: 0.93 + 0.02 * Math.sin(this.steps / 13) };
  }

  metrics(name) {
    const scores = (all, window) => ({ all, window, faded: window });
    const common = { model: name, lsn: this.rows, window: 1000, mode: "live", drift: [] };
    if (name === "shuttle") {
      const { model, base } = this.windowed();
      const known = this.rows >= 100;
      const finite = this.state !== "nan";
      return {
        ...common, events: this.rows, task: "classification", main: "accuracy", baseline: "prior", unit: "%", baseline_says: "0",
        metrics: { accuracy: scores(this.rows > 0 ? (finite ? 0.9962 - 0.06 * Math.exp(-this.rows / 3000) : null) : null, known && finite ? model : null) },
        baselines: { prior: { accuracy: scores(this.rows > 0 ? 0.9295 : null, known ? base : null) } },
        last_row: this.rows > 0 ? kLast : null,
      };
    }
    if (name === "host") {
      return {
        ...common, events: this.steps * 5, task: "regression", main: "mae", baseline: "last_value", unit: "points", mode: "snapshot",
        metrics: { mae: scores(3.62, 3.5), rmse: scores(5.1, 5) }, baselines: { last_value: { mae: scores(7.4, 7.3) } },
        last_row: [20.5, 12.25, 3, 8.1],
      };
    }
    return {
      ...common, events: this.taught, task: "regression", main: "mae", baseline: "last_value", unit: "",
      metrics: { mae: scores(this.taught ? 0.4321 : null, null) }, baselines: { last_value: { mae: scores(this.taught ? 1 : null, null) } },
      last_row: this.taught ? [1, 2, 3] : null,
    };
  }

  info(name) {
    const metrics = this.metrics(name);
    const about = {
      shuttle: {
        spec: "scale | logistic", classes: this.rows > 0 || this.state === "empty" ? [{ id: "0", name: "normal" }, { id: "1", name: "anomaly" }] : [],
        features: kFeatures, source: { text: "UCI Statlog (Shuttle), replayed at 200 rows/s", rows_total: 49097, rows_sent: this.rows, ended: this.state === "ended" },
      },
      host: { spec: "scale | linear", classes: [], features: ["cpu_1s", "cpu_10s", "disk_1s", "load"], source: { text: "CPU load one second ahead, 10 rows/s", rows_total: null, rows_sent: null, ended: false } },
    }[name] ?? { spec: "scale | linear", classes: [], features: this.taught ? ["0", "1", "2"] : [], source: null };
    return { ...metrics, target: "y", dense: true, contributions: true, started_us: this.startedUs, ...about };
  }

  status(name) {
    const common = {
      model: name, time_us: this.us, reason: null, since_us: this.startedUs, queue: 0, refused_per_s: 0, log_bytes: 1_234_567,
      memory_bytes: 23_456, not_finite: 0, rows_total: null, rows_sent: null, version: 1,
    };
    const noise = () => this.random() - 0.5;
    if (name === "host") {
      return {
        ...common, state: "learning", learned: this.steps * 5, learn_per_s: 10, offered_per_s: 10, predict_per_s: 10,
        predict_p50_us: 31, predict_p99_us: 90, lsn: this.steps * 5, published_lsn: this.steps * 5, durable_lsn: this.steps * 5,
        staleness_us: 100_000, staleness_high_us: 200_000,
      };
    }
    if (name !== "shuttle") {
      return {
        ...common, state: this.taught ? "learning" : "waiting", learned: this.taught, learn_per_s: this.taught ? 0 : null, offered_per_s: 0,
        predict_per_s: 0, predict_p50_us: null, predict_p99_us: null, lsn: this.taught, published_lsn: this.taught, durable_lsn: this.taught,
        staleness_us: 0, staleness_high_us: 0, log_bytes: 0,
      };
    }
    const idle = !this.learning;
    const states = { live: "learning", nan: "learning", empty: "waiting" };
    const age = this.us - this.changedUs;
    const total = this.state === "ended" ? this.rows : 49097;
    return {
      ...common, state: states[this.state] ?? this.state,
      since_us: this.changedUs,
      reason: { stopped: "trainer stopped at row 33,601: log: no space left on device", paused: "by ops" }[this.state] ?? null,
      learned: this.rows, learn_per_s: idle ? 0 : 200 + 5 * noise(), offered_per_s: this.state === "ended" || this.state === "empty" ? 0 : 200,
      queue: this.state === "stopped" ? Math.round(age / 5000) : 0,
      predict_per_s: this.state === "empty" ? 0 : 86 + 40 * noise(), predict_p50_us: this.state === "empty" ? null : 38 + 4 * noise(),
      predict_p99_us: this.state === "empty" ? null : this.steps % 120 < 2 ? 260 : 88 + 20 * noise(),
      lsn: this.rows + (idle ? 0 : 11), published_lsn: this.rows, durable_lsn: this.rows + (idle ? 0 : 2),
      staleness_us: { stopped: age, paused: age, behind: 7_200_000, ended: 0 }[this.state] ?? 400_000, staleness_high_us: 600_000,
      not_finite: this.state === "nan" ? Math.round(age / kStepUs) : 0,
      rows_total: total, rows_sent: this.rows,
    };
  }

  record(status) {
    const put = (key, value) => {
      if (value === undefined) return;
      const s = (this.series[key] ??= { t: [], min: [], max: [], last: [] });
      const start = Math.floor(this.us / kStepUs) * kStepUs;
      if (s.t[s.t.length - 1] === start) return;
      s.t.push(start);
      s.min.push(value === null ? null : value - (key === "accuracy" ? 0.002 * this.random() : 0));
      s.max.push(value === null ? null : key === "accuracy" ? Math.min(1, value + 0.001) : value);
      s.last.push(value);
    };
    if (this.state === "empty") return;
    const { model, base } = this.windowed();
    if (this.learning && this.rows >= 100) {
      put("accuracy", this.state === "nan" ? null : model);
      put("accuracy.baseline", base);
    }
    for (const key of ["learn_per_s", "predict_per_s", "predict_p50_us", "predict_p99_us", "staleness_us"]) put(key, status[key] ?? undefined);
  }

  surprise(us) {
    const row = kLast.map((v) => Math.round(v + 30 * (this.random() - 0.5)));
    const p = anomaly(row);
    const seen = p > 0.5 ? 0 : 1;
    const of = Math.min(0.12, seen === 1 ? p : 1 - p);
    const parts = partsOf(row).map((part, i) => ({ feature: kFeatures[i], part })).sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
    const surprise = {
      model: "shuttle", time_us: us, row: this.rows, inputs: row, expected: String(1 - seen), p_expected: 1 - of, seen: String(seen), p: of,
      bits: -Math.log2(of), parts,
    };
    this.surprises = [...this.surprises, surprise].slice(-20);
    return surprise;
  }

  refuse(model, code, call, reason) {
    const error = { model, time_us: Date.now() * 1000, code, call, reason };
    this.errors = [...this.errors, error].slice(-20);
    return ["error", error];
  }

  forecast(us) {
    const i = us / 1e5;
    const at = (k) => 31 + 11 * Math.sin(k / 13) + 7 * Math.sin(k / 5.3);
    this.level = this.level * 0.35 + 8 * (this.random() - 0.5);
    const one = { model: "host", time_us: us, for_us: us + 1e6, prediction: at(i + 10), seen: Math.max(0, at(i) + this.level) };
    this.forecasts = [...this.forecasts.filter((f) => f.time_us > us - 60e6), one];
    return one;
  }

  history(name, span) {
    const shuttle = name === "shuttle";
    return {
      model: name, span_s: span === "all" ? null : Number(span), bucket_us: kStepUs, series: shuttle ? this.series : {},
      checkpoints: shuttle ? this.checkpoints : [], surprises: shuttle ? this.surprises : [], errors: this.errors,
      forecasts: name === "host" ? this.forecasts : [],
    };
  }

  infer(name, body) {
    const row = body.inputs[0].data;
    const tensor = (key, datatype, data) => ({ name: key, shape: [1, data.length], datatype, data });
    if (name !== "shuttle") return { outputs: [tensor("prediction", "FP32", [row.reduce((a, b) => a + b, 0) / row.length])] };
    const p = anomaly(row);
    return {
      outputs: [tensor("label", "INT64", [p > 0.5 ? 1 : 0]), tensor("probability", "FP32", [1 - p, p]), tensor("contribution", "FP32", partsOf(row)), tensor("bias", "FP32", [kBias])],
    };
  }
}

/** Serves the built page and a scenario. close() ends every connection, as a killed server does. */
export class FixtureServer {
  constructor(scenario) {
    this.scenario = scenario;
    this.readers = new Set();
    this.id = 0;
    this.kept = [];
    this.calls = [];
  }

  async listen(port = 0) {
    this.server = http.createServer((request, response) => void this.answer(request, response));
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    this.timer = setInterval(() => this.tick(), kStepUs / 1000);
    this.tick();
    return this.port;
  }

  tick() {
    for (const [name, data] of this.scenario.step(Date.now() * 1000)) this.send(name, data);
  }

  send(name, data) {
    const text = `id: ${++this.id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    this.kept = [...this.kept, [this.id, text]].slice(-1024);
    for (const reader of this.readers) reader.write(text);
  }

  async close() {
    clearInterval(this.timer);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async answer(request, response) {
    const url = new URL(request.url, "http://localhost");
    this.calls.push(`${request.method} ${url.pathname}`);
    const json = (value, status = 200) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const model = url.pathname.match(/^\/v2\/models\/([^/]+)\/(metrics|history|infer)$/);
    if (model !== null && !this.scenario.models().includes(model[1])) return json({ error: `no model "${model[1]}"` }, 404);
    if (url.pathname === "/v2") return json({ name: "freshet", version: "0.1.0", extensions: [] });
    if (url.pathname === "/v2/repository/index") return json(this.scenario.models().map((name) => ({ name, version: "1", state: "READY", reason: "" })));
    if (url.pathname === "/v2/events") return this.stream(request, response);
    if (model?.[2] === "metrics") return json(this.scenario.info(model[1]));
    if (model?.[2] === "history") return json(this.scenario.history(model[1], url.searchParams.get("span")));
    if (model?.[2] === "infer") {
      let body = "";
      for await (const piece of request) body += piece;
      return json(this.scenario.infer(model[1], JSON.parse(body)));
    }
    return this.file(url.pathname === "/" ? "index.html" : url.pathname, response);
  }

  stream(request, response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const since = Number(request.headers["last-event-id"] ?? Infinity);
    response.write(": hello\n\n");
    for (const [id, text] of this.kept) if (id > since) response.write(text);
    this.readers.add(response);
    response.on("close", () => this.readers.delete(response));
  }

  async file(path, response) {
    try {
      const body = await readFile(join(kPage, normalize(path)));
      response.writeHead(200, { "Content-Type": kTypes[extname(path)] ?? "application/octet-stream", "Content-Security-Policy": kPolicy });
      response.end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "application/json" });
      response.end('{"error":"Not Found"}');
    }
  }
}

/** A scenario that has run for `seconds` already, in `state` since a quarter of them. */
export function ranFor(seconds, state) {
  const nowUs = Date.now() * 1000;
  const fromUs = nowUs - seconds * 1e6;
  const scenario = new Scenario(state === "empty" ? "empty" : "live", fromUs);
  const changeUs = nowUs - (seconds / 4) * 1e6;
  for (let us = fromUs; us < nowUs; us += kStepUs) {
    if (us >= changeUs && scenario.state === "live" && state !== "live") scenario.setState(state, us);
    scenario.step(us);
  }
  return scenario;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : process.argv[at + 1];
  };
  const server = new FixtureServer(ranFor(Number(option("history", 200)), option("state", "live")));
  server.scenario.more = Number(option("models", 0));
  const port = await server.listen(Number(option("port", 0)));
  console.log(`http://127.0.0.1:${port}/`);
}
