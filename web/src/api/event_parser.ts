// The text of a Server-Sent Events stream, cut into messages (WHATWG HTML, "Interpreting an event stream").
// EventSource does the same, but cannot carry a token in a header; so the page reads with fetch.

export interface Message {
  id: string;
  event: string;
  data: string;
}

/** Takes pieces of any length, cut anywhere, and calls `emit` once for each whole message. */
export class EventParser {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];
  private afterReturn = false;

  constructor(private readonly emit: (message: Message) => void) {}

  feed(piece: string): void {
    // "\r\n" may be cut between its two characters: the "\n" of it is not a second, empty line.
    if (this.afterReturn && piece.startsWith("\n")) piece = piece.slice(1);
    if (piece !== "") this.afterReturn = piece.endsWith("\r");
    const lines = (this.rest + piece).split(/\r\n|\r|\n/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === "") return this.dispatch();
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
  }

  private dispatch(): void {
    if (this.data.length > 0) {
      this.emit({ id: this.id, event: this.event || "message", data: this.data.join("\n") });
    }
    this.event = "";
    this.data = [];
  }
}
