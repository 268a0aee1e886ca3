/** A log of real controllers, decided again on this Node and on a newer major. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolPath } from "../control-plane/tools.ts";
import { sha256 } from "../decision-log.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "..", "dist", "cli", "main.js");

export interface Redecided {
  readonly node: string;
  readonly records: number;
  readonly redecided: number;
  readonly withoutMemory: number;
  /** null: bit for bit the same. */
  readonly difference: unknown;
}

export const nodeMajors = (): readonly string[] => [process.execPath, toolPath("node-24")];

/** Where logs are kept beyond the test, for `bench/replay.mjs --logs`; absent: nowhere. */
const KEPT_IN = process.env["BREAKWATER_DECISION_LOGS"];

function keep(log: string): void {
  if (KEPT_IN === undefined) return;
  mkdirSync(KEPT_IN, { recursive: true });
  copyFileSync(log, join(KEPT_IN, `${sha256(readFileSync(log, "utf8")).slice(0, 12)}.jsonl`));
}

/** The log may still be written to: a record that is half there is left out. Needs `node-24`. */
export function redecide(decisionLog: string): readonly Redecided[] {
  const written = readFileSync(decisionLog);
  const folder = mkdtempSync(join(tmpdir(), "breakwater-redecide-"));
  const log = join(folder, "decisions.jsonl");
  try {
    writeFileSync(log, written.subarray(0, written.lastIndexOf("\n") + 1));
    keep(log);
    return nodeMajors().map((node) => {
      const said = execFileSync(node, [PROGRAM, "replay", log, "--format=json"], ANSWER);
      return { ...JSON.parse(said), node: execFileSync(node, ["--version"], ANSWER).trim() };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ANSWER = { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 } as const;
