// A model's state as shape, tone and sentence: who, what, since when, what still works.

import type { StateName, Status } from "../api/types";
import { num } from "./numbers";
import { duration, moment } from "./times";

export type Shape = "learning" | "behind" | "waiting" | "square" | "cross";
export type Tone = "" | "warn" | "bad" | "off";

export interface StateView {
  shape: Shape;
  tone: Tone;
  text: string;
}

const kShapes: Record<StateName, [Shape, Tone]> = {
  learning: ["learning", ""],
  behind: ["behind", "warn"],
  waiting: ["waiting", "off"],
  paused: ["square", "warn"],
  stopped: ["cross", "bad"],
  ended: ["square", ""],
};

const behind = (status: Status) =>
  status.staleness_us === null ? "" : `, ${duration(status.staleness_us)} behind`;

/** " by ops", whether the server says "by ops" or "paused by ops". */
function who(reason: string | null): string {
  const words = (reason ?? "").replace(/^paused */, "");
  return words === "" ? "" : ` ${words}`;
}

function sentence(status: Status, nowUs: number): string {
  const since = status.since_us === null ? "" : ` ${moment(status.since_us, nowUs)}`;
  switch (status.state) {
    case "waiting":
      return "waiting for the first row";
    case "paused":
      return `paused${who(status.reason)}${since}${behind(status)}`;
    case "stopped":
      return `${status.reason ?? `trainer stopped${since}`}; predictions go on${behind(status)}`;
    case "ended": {
      const rows = status.rows_total ?? status.learned;
      const all = rows === null ? "" : `: all ${num(rows)} rows learned`;
      return `end of stream${all}; predictions go on`;
    }
    default:
      return `learning${behind(status)}`;
  }
}

/** The state line; with `lostAtUs` the connection is gone and the sentence is about that moment. */
export function stateView(status: Status | null, nowUs: number, lostAtUs: number | null): StateView {
  if (status === null) return { shape: "waiting", tone: "off", text: "no status yet" };
  const [shape, tone] = kShapes[status.state];
  const text = sentence(status, nowUs);
  if (lostAtUs === null) return { shape, tone, text };
  return { shape, tone: "off", text: `was ${text}, at ${moment(lostAtUs, nowUs)}` };
}

/** One word for lists and small places: "learning, 0.1 s behind", "stopped". */
export function shortState(status: Status | null, nowUs: number, lostAtUs: number | null): StateView {
  const view = stateView(status, nowUs, lostAtUs);
  if (status === null) return view;
  if (lostAtUs !== null) return { ...view, text: `was ${status.state} at ${moment(lostAtUs, nowUs)}` };
  const plain = status.state === "learning" || status.state === "behind" || status.state === "waiting";
  return plain ? view : { ...view, text: status.state };
}

/** For a native list, which takes no drawings: the shape as a character. */
export const shapeCharacter: Record<Shape, string> = {
  learning: "●",
  behind: "◐",
  waiting: "○",
  square: "■",
  cross: "✕",
};

