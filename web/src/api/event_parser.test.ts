import { describe, expect, it } from "vitest";
import { EventParser, type Message } from "./event_parser";

function parse(...pieces: string[]): Message[] {
  const seen: Message[] = [];
  const parser = new EventParser((message) => seen.push(message));
  for (const piece of pieces) parser.feed(piece);
  return seen;
}

describe("event parser", () => {
  it("reads id, event and data", () => {
    expect(parse("id: 7\nevent: status\ndata: {}\n\n")).toEqual([
      { id: "7", event: "status", data: "{}" },
    ]);
  });

  it("gives the same messages wherever the bytes are cut", () => {
    const text = 'id: 1\r\nevent: a\r\ndata: {"x":1}\r\n\r\n: ping\r\n\r\nid: 2\r\ndata: b\r\n\r\n';
    const whole = parse(text);
    expect(whole).toHaveLength(2);
    for (let cut = 0; cut <= text.length; cut++) {
      expect(parse(text.slice(0, cut), text.slice(cut))).toEqual(whole);
    }
    expect(parse(...text)).toEqual(whole);
  });

  it("joins data lines and keeps the last id", () => {
    expect(parse("id: 3\ndata: a\ndata: b\n\ndata: c\n\n")).toEqual([
      { id: "3", event: "message", data: "a\nb" },
      { id: "3", event: "message", data: "c" },
    ]);
  });

  it("drops comments, unknown fields, messages without data and a message cut off by the end", () => {
    expect(parse(": hello\n\nevent: status\n\nretry: 5\nfoo: 1\n\ndata: half")).toEqual([]);
  });
});
