// The one store of the page: keeps the connection, and shows what is known at most twice a second.

import { signal } from "@preact/signals";
import { EventStream, getHistory, getIndex, getInfo, getServer, Refused } from "../api/client";
import type { Metrics, ModelInfo, ServerEvent, Span } from "../api/types";
import { type Action, initialState, reduce, type State } from "./state";

/** Waits before each next try; the last one repeats. */
const kRetryMs = [1000, 2000, 4000, 8000];
const kTickMs = 500;
const kCalmTickMs = 2000;
/** A history of all time is asked for again when it has grown this long: the server halves it. */
const kMostBuckets = 1200;

/** What is drawn. Changes twice a second, at once after the reader's own action, never in a hidden tab. */
export const shown = signal<{ state: State; nowMs: number }>({ state: initialState, nowMs: 0 });

let state = initialState;
let wake: (() => void) | null = null;
const asked = new Set<string>();
const unknown = new Set<string>();

function dispatch(action: Action): void {
  state = reduce(state, action);
}

function show(): void {
  shown.value = { state, nowMs: performance.now() };
}

export function select(model: string): void {
  dispatch({ do: "select", model });
  show();
  void loadHistory();
}

export function setSpan(span: Span): void {
  dispatch({ do: "span", span });
  show();
  void loadHistory();
}

/** Starts the page: draws, connects, and connects again whenever that is lost. */
export function start(): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let last = 0;
  setInterval(() => {
    const now = performance.now();
    if (document.hidden || (calm.matches && now - last < kCalmTickMs - kTickMs / 2)) return;
    last = now;
    show();
    void growHistory();
  }, kTickMs);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    show();
    wake?.();
  });
  addEventListener("online", () => wake?.());
  const route = () => {
    const name = modelOfHash(location.hash) ?? state.order[0];
    if (name !== undefined) select(name);
  };
  addEventListener("hashchange", route);
  void connectForever(route);
}

export const hashOfModel = (model: string): string => `#/${encodeURIComponent(model)}`;

export function modelOfHash(hash: string): string | null {
  if (!hash.startsWith("#/")) return null;
  try {
    return decodeURIComponent(hash.slice(2));
  } catch {
    return null;
  }
}

async function connectForever(route: () => void): Promise<never> {
  const stream = new EventStream();
  for (let attempt = 0; ; attempt++) {
    try {
      await loadModels();
      route();
      await stream.read({
        opened() {
          attempt = -1;
          dispatch({ do: "opened", atMs: performance.now() });
          show();
          void loadAllHistory();
        },
        event: take,
      });
    } catch {
      // Whatever failed, the page says since when, and tries again.
    }
    const wait = kRetryMs[Math.min(Math.max(attempt, 0), kRetryMs.length - 1)] ?? 8000;
    const atMs = performance.now();
    dispatch({ do: "lost", retryAtMs: atMs + wait, atMs, wallUs: Date.now() * 1000 });
    show();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = null;
  }
}

async function loadModels(): Promise<void> {
  const [server, rows] = await Promise.all([getServer(), getIndex()]);
  dispatch({ do: "server", version: server.version });
  dispatch({ do: "index", rows });
  unknown.clear();
  await Promise.all(rows.map((row) => loadInfo(row.name)));
}

async function loadInfo(model: string): Promise<void> {
  try {
    dispatch({ do: "info", info: await getInfo(model) });
  } catch (error) {
    // A model that is still loading has no figures yet; anything else is a lost connection.
    if (!(error instanceof Refused)) throw error;
  }
}

function take(event: ServerEvent): void {
  dispatch({ do: "event", event, atMs: performance.now() });
  if (event.name === "gap" || event.data.model === null) return;
  const name = event.data.model ?? "";
  const model = state.models[name];
  if (model === undefined) {
    // A model that was loaded after this page asked for the list.
    if (event.name !== "status" || unknown.has(name)) return;
    unknown.add(name);
    void loadModels().catch(() => undefined);
  } else if (event.name === "metrics" && columnsAreMissing(model.info, event.data)) {
    void once(`info ${name}`, () => loadInfo(name));
  }
}

/** Columns and classes come with the first rows, and more classes later. */
function columnsAreMissing(info: ModelInfo | null, metrics: Metrics): boolean {
  if (info === null) return true;
  if (metrics.events <= info.events) return false;
  if (info.features.length === 0) return true;
  const says = metrics.baseline_says ?? null;
  const unnamed = says !== null && !info.classes.some((c) => c.id === says);
  return info.task !== metrics.task || (metrics.task === "classification" && (info.classes.length < 2 || unnamed));
}

async function once(key: string, run: () => Promise<void>): Promise<void> {
  if (asked.has(key)) return;
  asked.add(key);
  try {
    await run();
  } catch {
    // The event stream notices a lost connection by itself.
  } finally {
    setTimeout(() => asked.delete(key), 1000);
  }
}

async function history(model: string, span: Span): Promise<void> {
  try {
    const reply = await getHistory(model, span);
    dispatch({ do: "history", model, span, reply });
  } catch (error) {
    if (error instanceof Refused) dispatch({ do: "no history", model, span });
  }
  show();
}

async function loadHistory(): Promise<void> {
  const { selected, span } = state;
  if (selected === null || state.connection.phase !== "open") return;
  if (state.models[selected]?.history?.span !== span) await history(selected, span);
}

/** All models, once connected: the others show their forecasts of the last half minute. */
async function loadAllHistory(): Promise<void> {
  await Promise.all(state.order.map((model) => history(model, state.span)));
}

async function growHistory(): Promise<void> {
  const { selected, span } = state;
  if (selected === null || span !== "all" || state.connection.phase !== "open") return;
  const series = Object.values(state.models[selected]?.history?.series ?? {});
  if (series.every((s) => s.t.length <= kMostBuckets)) return;
  await once(`grow ${selected}`, () => history(selected, span));
}
