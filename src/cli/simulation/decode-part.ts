/** A line that a part of a sweep printed. */
import type { SimulationResult } from "../../api/results.ts";
import { UsageError } from "../usage-error.ts";

/** One run of a part, a line of JSON. */
export interface PartLine {
  readonly schemaVersion: 1;
  /** Digest of everything that was to be run: parts of other sweeps do not fit. */
  readonly plan: string;
  /** Index among all runs of the sweep. */
  readonly run: number;
  readonly result: SimulationResult;
}

export const PART_SCHEMA_VERSION = 1;

/** @throws UsageError when it is none, or of a version that this program cannot read */
export function decodePartLine(line: string): PartLine {
  const raw = parsed(line);
  if (raw["schemaVersion"] !== PART_SCHEMA_VERSION) {
    throw new UsageError(
      `--merge: found schemaVersion ${JSON.stringify(raw["schemaVersion"])}, expected ` +
        `${PART_SCHEMA_VERSION}: merge with the version of the program that ran the parts`,
    );
  }
  const { plan, run, result } = raw;
  const whole = typeof plan === "string" && typeof run === "number" && isResult(result);
  if (whole) return raw as unknown as PartLine;
  throw new UsageError(`--merge: found ${shortened(line)}, expected a run of a sweep's part`);
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new UsageError(`--merge: found ${shortened(line)}, expected a whole line of JSON`, {
      cause,
    });
  }
}

const isResult = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ["slo", "gpuHours"].every((field) => field in value);

const SHOWN = 80;
const shortened = (line: string): string =>
  line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
