// "How do I send data?" Lines for a shell, with this page's origin and the newest row.

import { useMemo, useRef, useState } from "preact/hooks";
import { type FeedLine, feedLines } from "../format/curl";
import { count } from "../format/words";
import type { PanelProps } from "./view";

const kCopiedMs = 2000;
/** The newest row changes with every row: the lines would never stand still to be read. */
const kRenewRows = 1000;

export function FeedIt({ model }: PanelProps) {
  const { info, metrics } = model;
  const age = Math.floor((metrics?.events ?? 0) / kRenewRows);
  const lines = useMemo(
    () => (info === null ? [] : feedLines({ ...info, task: metrics?.task ?? info.task }, metrics?.last_row ?? info.last_row, location.origin)),
    [info, age, (metrics?.last_row ?? null) === null]);
  const n = info?.features.length ?? 0;
  const words = info?.task === "decision" ? "one decision: what is shared, then a line for each action"
    : n === 0 ? "any row: the first one settles the columns"
    : info?.dense ? `one row of ${count(n)} ${n === 1 ? "number" : "numbers"}` : "one row as an object";
  return (
    <section class="panel" aria-labelledby="h-feed">
      <header><h2 id="h-feed">Feed it</h2><span class="q">{words}</span></header>
      {lines.map((line) => <CurlLine key={line.name} {...line} />)}
    </section>
  );
}

function CurlLine({ name, line }: FeedLine) {
  const code = useRef<HTMLPreElement>(null);
  const [said, setSaid] = useState("copy");
  const copy = async () => {
    setSaid((await copyText(line, code.current)) ? "copied" : "press Ctrl+C");
    setTimeout(() => setSaid("copy"), kCopiedMs);
  };
  return (
    <div class="curl">
      <h3>{name}</h3>
      <button class="act" type="button" aria-label={said === "copy" ? `Copy the line to ${name}` : said} onClick={() => void copy()}>{said}</button>
      <pre tabIndex={0} aria-label={`Line to ${name}`} ref={code}>{line}</pre>
    </div>
  );
}

/** The clipboard is for secure origins; elsewhere the line is selected, and copied by the old command. */
async function copyText(text: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const selection = getSelection();
    if (selection === null || element === null) return false;
    selection.selectAllChildren(element);
    return document.execCommand("copy");
  }
}
