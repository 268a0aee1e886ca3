/** One source of turns as people write it → what traffic is made of. */
import type { CompiledGroup } from "../core/compiled.ts";
import { DAY_MS, type Millis, millis } from "../core/units.ts";
import type { ScenarioTraffic, TrafficSource, TrafficShape } from "./compiled-scenario.ts";
import type { Compilation, FieldError } from "./field-error.ts";
import { durationMs } from "./go-duration.ts";
import { fleetNamed } from "./scenario-names.ts";
import type { WrittenTraffic } from "./scenario-world.ts";

/** A change that never ends: longer than any run. */
const FOREVER_MS = millis(3_650 * DAY_MS);

/** @param path where it is written */
export function compileTraffic(
  written: WrittenTraffic,
  group: CompiledGroup,
  path: string,
): Compilation<ScenarioTraffic> {
  const fleet = fleetNamed(written.fleet, group, `${path}.fleet`);
  const source = sourceOf(written, path);
  if ("error" in fleet || "path" in source) {
    const named = "error" in fleet ? [fleet.error] : [];
    return { ok: false, errors: [...named, ...("path" in source ? [source] : [])] };
  }
  return {
    ok: true,
    value: { fleet: fleet.value, source: source.source, shape: shapesOf(written) },
  };
}

const shapesOf = ({ shape }: WrittenTraffic): readonly TrafficShape[] =>
  shape.map(({ at, factor, ramp, hold }) => ({
    atMs: durationMs(at),
    factor,
    rampMs: durationMs(ramp),
    holdMs: hold === undefined ? FOREVER_MS : durationMs(hold),
  }));

type Chosen = { readonly source: TrafficSource } | FieldError;

type Choice = "scale" | "sessionsPerHour" | "profile" | "meanSessionsPerHour";

function sourceOf(written: WrittenTraffic, path: string): Chosen {
  const { generate, trace } = written;
  if ((generate === undefined) === (trace === undefined)) {
    const found = generate === undefined ? "neither" : "both";
    return { path, found, expected: "either trace (a recording) or generate (invented traffic)" };
  }
  if (generate !== undefined) {
    return misplaced(written, path, []) ?? { source: { kind: "generate", ...generate } };
  }
  return trace === undefined
    ? { path, found: "nothing", expected: "trace" }
    : ofTrace(trace, written, path);
}

function ofTrace(
  trace: NonNullable<WrittenTraffic["trace"]>,
  written: WrittenTraffic,
  path: string,
): Chosen {
  const { format, offset, path: file } = trace;
  if (format === "rate-csv" || format === "servegen-rate") {
    const at = durationOf(offset);
    return ofRate({ path: file, format, offsetMs: at }, written, path);
  }
  if (offset !== undefined) {
    const expected = `no offset: ${format} is a recording of turns, not of a rate`;
    return { path: `${path}.trace.offset`, found: JSON.stringify(offset), expected };
  }
  const { scale, sessionsPerHour } = written;
  if (scale !== undefined && sessionsPerHour !== undefined) {
    const expected = "either scale (copies, at their own times) or sessionsPerHour (drawn)";
    return { path, found: "both", expected };
  }
  const source: TrafficSource =
    sessionsPerHour === undefined
      ? { kind: "replay", path: file, format, scale: scale ?? 1 }
      : { kind: "sampled", path: file, format, sessionsPerHour };
  return misplaced(written, path, ["scale", "sessionsPerHour"]) ?? { source };
}

const durationOf = (written: string | number | undefined): Millis =>
  written === undefined ? millis(0) : durationMs(written);

function ofRate(
  rate: Pick<Extract<TrafficSource, { kind: "rate" }>, "path" | "format" | "offsetMs">,
  written: WrittenTraffic,
  path: string,
): Chosen {
  const { profile, meanSessionsPerHour } = written;
  const why = `since ${rate.format} records a rate only`;
  if (profile === undefined) {
    const expected = `the profile of the sessions, ${why}`;
    return { path: `${path}.profile`, found: "nothing", expected };
  }
  if (meanSessionsPerHour === undefined) {
    const expected = `how many sessions its mean stands for, ${why}`;
    return { path: `${path}.meanSessionsPerHour`, found: "nothing", expected };
  }
  const source = { kind: "rate" as const, ...rate, profile, meanSessionsPerHour };
  return misplaced(written, path, ["profile", "meanSessionsPerHour"]) ?? { source };
}

const CHOICES: readonly Choice[] = ["scale", "sessionsPerHour", "profile", "meanSessionsPerHour"];

/** A field that this kind of source would pass over in silence. */
function misplaced(
  written: WrittenTraffic,
  path: string,
  allowed: readonly Choice[],
): FieldError | null {
  const field = CHOICES.find((name) => written[name] !== undefined && !allowed.includes(name));
  if (field === undefined) return null;
  const found = JSON.stringify(written[field]);
  return { path: `${path}.${field}`, found, expected: "nothing: this source has no such field" };
}
