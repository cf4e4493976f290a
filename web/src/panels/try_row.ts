import { signal } from "@preact/signals";
import type { Cell } from "../api/types";

/** A row that another panel asks "Try it" to open. */
export const rowToTry = signal<{ model: string; inputs: Cell[]; words: string } | null>(null);
