// "What would it say?" One field for each feature; the answer comes 150 ms after the last key.

import { useEffect, useRef, useState } from "preact/hooks";
import { infer, Refused } from "../api/client";
import type { Cell, ModelInfo } from "../api/types";
import { shorten } from "../charts/labels";
import { kUnknown, num, part, signed } from "../format/numbers";
import { clock } from "../format/times";
import { count } from "../format/words";
import { type Answer, cellText, partUnit, question, readAnswer, readCell } from "./answer";
import { rowToTry } from "./try_row";
import type { PanelProps } from "./view";

const kAskAfterMs = 150;
/** Wider models keep the other features as they are in the row. */
const kMostFields = 32;

type Reply =
  | { kind: "none" }
  | { kind: "answer"; answer: Answer; atUs: number }
  | { kind: "refused"; reason: string };

export function TryIt(props: PanelProps) {
  const { model, lostUs } = props;
  const { info } = model;
  const form = useRow(props);
  const reply = useAnswer(props, form.cells);
  const missing = info?.features.length === 0 || info === null;
  return (
    <section class="panel" aria-labelledby="h-try">
      <header>
        <h2 id="h-try">Try it</h2>
        <span class="q">{form.words}
          {form.mine && model.metrics?.last_row && <>{" "}<button class="link" type="button" onClick={form.useLast}>use the last row</button></>}
        </span>
      </header>
      {missing ? <p class="none">{info?.task === "decision" ? "it decides among the actions that a call names" : "no columns yet: the first row taught settles how many"}; “Feed it” below has a line for it</p> : (
        <>
          <Fields info={info} texts={form.texts} bad={form.bad} parts={reply.kind === "answer" ? reply.answer.parts : null} edit={form.edit} />
          <AnswerLine reply={reply} cells={form.cells} blank={form.texts.every((t) => t === "")} lost={lostUs !== null} />
        </>
      )}
    </section>
  );
}

/** The row in the fields: the newest one learned, a surprise, or the reader's own. */
function useRow({ model }: PanelProps) {
  const { info, metrics } = model;
  const last = metrics?.last_row ?? null;
  const [row, setRow] = useState<{ of: string; texts: string[]; words: string; mine: boolean } | null>(null);
  const n = info?.features.length ?? 0;
  const fill = (inputs: Cell[], words: string, mine: boolean) =>
    setRow({ of: `${model.name} ${n}`, texts: Array.from({ length: n }, (_, i) => cellText(inputs[i])), words, mine });
  const useLast = () => {
    if (last !== null) fill(last, `last row, ${num(metrics?.events)}`, false);
  };
  const wanted = rowToTry.value;
  const current = row !== null && row.of === `${model.name} ${n}` ? row : null;
  useEffect(() => {
    if (wanted !== null && wanted.model === model.name) {
      fill(wanted.inputs, wanted.words, true);
      rowToTry.value = null;
      document.querySelector<HTMLInputElement>(".try input")?.focus();
    } else if (current === null && n > 0) {
      useLast();
    }
  }, [wanted, current === null, n, last === null]);
  const texts = current?.texts ?? Array.from({ length: n }, () => "");
  const words = info !== null && !info.dense;
  const bad = texts.map((text) => readCell(text, words) === null && (!words || text.trim() !== ""));
  const blank = texts.every((text) => text === "");
  return {
    texts, bad: blank ? texts.map(() => false) : bad,
    cells: blank || bad.some(Boolean) ? null : texts.map((text) => readCell(text, words)),
    words: current?.words ?? (n === 0 ? "" : `no row yet; type ${count(n)} numbers`),
    mine: current?.mine ?? false,
    useLast,
    edit(i: number, text: string) {
      setRow({ of: `${model.name} ${n}`, texts: texts.map((t, k) => (k === i ? text : t)), words: "your own values", mine: true });
    },
  };
}

/** Asks 150 ms after the last change; an older question that is still under way is dropped. */
function useAnswer({ model, lostUs, nowUs }: PanelProps, cells: Cell[] | null): Reply {
  const [reply, setReply] = useState<Reply>({ kind: "none" });
  const at = useRef(nowUs);
  at.current = nowUs;
  const key = cells === null ? "" : JSON.stringify(cells);
  const ready = (model.metrics?.events ?? 0) > 0;
  useEffect(() => {
    if (model.info === null || cells === null || !ready) {
      setReply({ kind: "none" });
      return undefined;
    }
    if (lostUs !== null) return undefined;
    const info: ModelInfo = { ...model.info, unit: model.metrics?.unit ?? model.info.unit };
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = readAnswer(info, await infer(model.name, question(info, cells), abort.signal));
        setReply(answer === null ? { kind: "none" } : { kind: "answer", answer, atUs: at.current });
      } catch (error) {
        if (error instanceof Refused) setReply({ kind: "refused", reason: error.message });
      }
    }, kAskAfterMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [model.name, key, ready, lostUs === null, model.info?.classes.length, model.info?.contributions]);
  return reply;
}

interface FieldsProps {
  info: ModelInfo;
  texts: string[];
  bad: boolean[];
  parts: number[] | null;
  edit(i: number, text: string): void;
}

function Fields({ info, texts, bad, parts, edit }: FieldsProps) {
  const most = Math.max(2, ...(parts ?? []).map(Math.abs));
  const [less, more] = info.task === "classification" && info.classes.length === 2
    ? info.classes.map((c) => c.name) : ["less", "more"];
  const fields = texts.slice(0, kMostFields);
  return (
    <form class="try" aria-label="Features of one row" onSubmit={(e) => e.preventDefault()}>
      <span /><span class="q">value</span>
      <span class="q dir"><span>{shorten(less ?? "", 12)} ←</span><span>→ {shorten(more ?? "", 12)}</span></span>
      <span class="q unit">{partUnit(info)}</span>
      {fields.map((text, i) => (
        <Field key={i} id={`f${i}`} name={info.features[i] ?? String(i)} text={text} bad={bad[i] ?? false} numeric={info.dense}
          points={parts?.[i] ?? null} most={most} edit={(value) => edit(i, value)} />
      ))}
      {texts.length > fields.length && <p class="q more">and {num(texts.length - fields.length)} more, as they are in the row</p>}
    </form>
  );
}

interface FieldProps {
  id: string;
  name: string;
  text: string;
  bad: boolean;
  numeric: boolean;
  points: number | null;
  most: number;
  edit(value: string): void;
}

function Field({ id, name, text, bad, numeric, points, most, edit }: FieldProps) {
  const width = points === null ? 0 : (Math.abs(points) / most) * 49;
  return (
    <>
      <label for={id} title={name}>{shorten(name, 22)}</label>
      <input id={id} type="text" inputMode={numeric ? "decimal" : "text"} autocomplete="off" spellcheck={false} value={text}
        aria-invalid={bad ? "true" : undefined} onInput={(e) => edit(e.currentTarget.value)} />
      <svg height="24" width="100%" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
        {points !== null && <rect class={points < 0 ? "less" : "more"} x={points < 0 ? 50 - width : 50} y="8" width={Math.max(0.3, width)} height="8" />}
        <line class="ax" x1="50" x2="50" y1="0" y2="24" vector-effect="non-scaling-stroke" />
      </svg>
      <span class="v">{points === null ? kUnknown : signed(points)}</span>
    </>
  );
}

function AnswerLine({ reply, cells, blank, lost }: { reply: Reply; cells: Cell[] | null; blank: boolean; lost: boolean }) {
  return <p class="answer" aria-live="polite">{answerWords(reply, cells, blank, lost)}</p>;
}

function answerWords(reply: Reply, cells: Cell[] | null, blank: boolean, lost: boolean) {
  if (cells === null && !blank) {
    return <span class="bad">✕ a number is missing or not finite; nothing was asked</span>;
  }
  if (reply.kind === "refused") return <span class="bad">✕ {reply.reason}</span>;
  if (reply.kind === "none") {
    return lost ? <span class="bad">✕ no connection: nothing can be asked</span> : <span class="q">the answer appears here</span>;
  }
  const { answer, atUs } = reply;
  if (lost) {
    return <><b class="stale">{answer.said}</b><span><span class="alarm">✕ no connection:</span> the answer is from {clock(atUs)}</span></>;
  }
  return (
    <>
      <b>{answer.said}</b><span>{answer.sure}</span>
      {answer.bias !== null && <span class="q bias">bias {part(answer.bias)}</span>}
    </>
  );
}
