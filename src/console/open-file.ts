/** A result or a decision log as a file: picked or dropped, read here, sent nowhere. */
import type { SimulationResult } from "../api/results.ts";
import { blobLines } from "./blob-lines.ts";
import { decodeResult, looksLikeResult } from "./decode-result.ts";
import { byId, setText } from "./dom.ts";
import { percent } from "./format.ts";
import { openLog } from "./log-source.ts";
import type { PageSource } from "./page-source.ts";

export type Opened =
  | { readonly kind: "results"; readonly name: string; readonly results: SimulationResult[] }
  | { readonly kind: "log"; readonly name: string; readonly source: PageSource };

/** @param show told what was opened; null: the file was closed */
export function startFiles(show: (opened: Opened | null) => void): void {
  const input = byId("file");
  input.addEventListener("change", () => {
    if (!(input instanceof HTMLInputElement)) return;
    const [file] = input.files ?? [];
    input.value = "";
    if (file !== undefined) void open(file, show);
  });
  byId("close-file").addEventListener("click", () => {
    say("", false);
    show(null);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) void open(file, show);
  });
}

async function open(file: File, show: (opened: Opened | null) => void): Promise<void> {
  try {
    say(`Reading ${file.name} …`, false);
    const opened = await read(file);
    say(`${file.name}: read in this page, sent nowhere.`, true);
    show(opened);
  } catch (error) {
    say(`${file.name}: ${error instanceof Error ? error.message : String(error)}`, true);
  }
}

function say(text: string, closable: boolean): void {
  setText(byId("file-text"), text);
  byId("file-note").hidden = text === "";
  byId("close-file").hidden = !closable;
}

/** How often the share that was read is told. */
const PERCENT_STEP = 0.05;

async function read(file: File): Promise<Opened> {
  const first = await firstValue(file);
  if (looksLikeResult(first)) {
    return { kind: "results", name: file.name, results: await resultsOf(file) };
  }
  if (typeof first !== "object" || first === null || !("observation" in first)) {
    throw new Error(EXPECTED);
  }
  let told = 0;
  const source = await openLog(file, (share) => {
    if (share < told + PERCENT_STEP) return;
    told = share;
    say(`Reading ${file.name}: ${percent(Math.round(share * 20) / 20)}`, false);
  });
  return { kind: "log", name: file.name, source };
}

const EXPECTED =
  "expected a result of 'breakwater simulate --format json' or a decision log of " +
  "'breakwater simulate --decisions', one JSON object a line.";

/** @throws Error when the first line is not JSON */
async function firstValue(file: Blob): Promise<unknown> {
  for await (const { text } of blobLines(file)) {
    if (text.trim() !== "") return jsonOf(text, 1);
  }
  throw new Error(`the file is empty, ${EXPECTED}`);
}

function jsonOf(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`line ${line} is not JSON, ${EXPECTED}`, { cause });
  }
}

async function resultsOf(file: Blob): Promise<SimulationResult[]> {
  const results: SimulationResult[] = [];
  for await (const { text, number } of blobLines(file)) {
    if (text.trim() === "") continue;
    results.push(atLine(number, () => decodeResult(jsonOf(text, number))));
  }
  return results;
}

function atLine<T>(line: number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(words.startsWith("line ") ? words : `line ${line}: ${words}`, { cause: error });
  }
}
