/** A sweep in parts: each machine makes every nth run, and all of them are put together here. */
import type { SimulationResult } from "../../api/results.ts";
import type { ComparisonJob } from "../../studies/compare/measure.ts";
import type { RunJobs } from "../../studies/compare/sweep.ts";
import { sha256 } from "../digest.ts";
import { UsageError } from "../usage-error.ts";
import { decodePartLine } from "./decode-part.ts";

export interface SweepPart {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/**
 * @param text such as `2/8`: the third of eight, since Indexed Jobs count from 0
 * @throws UsageError when it is none
 */
export function partOf(text: string): SweepPart {
  const [, index = "", count = ""] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const part = { index: Number(index), count: Number(count) };
  if (count !== "" && part.count > 0 && part.index < part.count) return part;
  throw new UsageError(`--part: found "${text}", expected such as 2/8, from 0/8 to 7/8`);
}

/** @returns which of so many runs the part makes */
export const runsOfPart = (runs: number, { index, count }: SweepPart): readonly number[] =>
  Array.from({ length: runs }, (_, run) => run).filter((run) => run % count === index);

/** @param texts of the scenario files, as they were written */
export const planDigest = (
  jobs: readonly ComparisonJob[],
  texts: readonly string[],
  codeVersion: string,
): string => sha256(JSON.stringify([codeVersion, jobs, texts]));

/**
 * Runs nothing: takes each result from the parts.
 * @param parts their lines; lines that are no JSON object are what logs have beside them
 * @throws UsageError that says what is missing, or does not belong here
 */
export function mergedRunner(parts: readonly string[], plan: string): RunJobs {
  const found = new Map<number, SimulationResult>();
  const lines = parts.flatMap((text) => text.split("\n"));
  for (const line of lines.filter((text) => text.startsWith("{"))) {
    const { plan: other, run, result } = decodePartLine(line);
    if (other !== plan) {
      throw new UsageError(
        `--merge: run ${run} is of another sweep: expected the same scenario files, policies, ` +
          "seeds and version of the program",
      );
    }
    found.set(run, result);
  }
  return (jobs) => {
    const missing = jobs.flatMap((_, run) => (found.has(run) ? [] : [run]));
    if (missing.length > 0) throw new UsageError(missingText(missing, jobs.length));
    return Promise.resolve(jobs.flatMap((_, run) => found.get(run) ?? []));
  };
}

const SOME = 5;

function missingText(missing: readonly number[], count: number): string {
  const some = missing.slice(0, SOME).join(", ");
  const more = missing.length > SOME ? ", …" : "";
  return (
    `--merge: found ${count - missing.length} of ${count} runs, expected all; missing: ` +
    `${some}${more}. Run those parts again`
  );
}
