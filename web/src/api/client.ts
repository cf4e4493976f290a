// The calls of the page. Every path is of the page's own origin.

import { EventParser } from "./event_parser";
import type { HistoryReply, IndexRow, InferReply, ModelInfo, ServerEvent, Span } from "./types";

/** A reply that is not 2xx; `message` is the server's own reason. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    reason: string,
  ) {
    super(reason);
  }
}

const kEvents = new Set(["status", "metrics", "surprise", "checkpoint", "forecast", "error", "gap"]);

/** The server sends at least a comment every 15 s; longer silence is a dead connection. */
const kSilenceMs = 20_000;

async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
  const reply = await fetch(path, { cache: "no-store", ...init });
  if (reply.ok) return (await reply.json()) as T;
  const body: unknown = await reply.json().catch(() => null);
  const reason = (body as { error?: unknown } | null)?.error;
  throw new Refused(reply.status, typeof reason === "string" ? reason : `status ${reply.status}`);
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return json<T>(path, { method: "POST", headers, body: JSON.stringify(body), signal: signal ?? null });
}

const modelPath = (model: string, rest: string) =>
  `/v2/models/${encodeURIComponent(model)}/${rest}`;

export const getServer = () => json<{ name: string; version: string }>("/v2");
export const getIndex = () => post<IndexRow[]>("/v2/repository/index", {});
export const getInfo = (model: string) => json<ModelInfo>(modelPath(model, "metrics"));
export const getHistory = (model: string, span: Span) =>
  json<HistoryReply>(modelPath(model, `history?span=${span}`));
export const infer = (model: string, body: unknown, signal: AbortSignal) =>
  post<InferReply>(modelPath(model, "infer"), body, signal);

export interface StreamHandlers {
  opened(): void;
  event(event: ServerEvent): void;
}

/** Reads `/v2/events` until it ends; resumes after the last id it was given. */
export class EventStream {
  private lastId = "";

  /** Resolves when the server ends the stream; rejects when the connection fails or falls silent. */
  async read(handlers: StreamHandlers): Promise<void> {
    const abort = new AbortController();
    let timer = setTimeout(() => abort.abort(), kSilenceMs);
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.lastId !== "") headers["Last-Event-ID"] = this.lastId;
      const reply = await fetch("/v2/events", { headers, cache: "no-store", signal: abort.signal });
      if (!reply.ok || reply.body === null) throw new Refused(reply.status, "no event stream");
      handlers.opened();
      const parser = new EventParser((message) => {
        if (message.id !== "") this.lastId = message.id;
        if (!kEvents.has(message.event)) return;
        handlers.event({ name: message.event, data: JSON.parse(message.data) } as ServerEvent);
      });
      const reader = reply.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), kSilenceMs);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }
}
