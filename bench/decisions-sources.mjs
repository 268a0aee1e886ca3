/** What cases are cut from: the committed scenarios, and recordings that somebody else has. */
import { closeSync, openSync, readSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { FaultLog } from "../src/traces/diagnostics.ts";
import { guessFormat } from "../src/traces/formats/guess.ts";
import { inspectTrace } from "../src/traces/inspect/inspect.ts";
import { readRates } from "../src/traces/recording.ts";

const FIRST_BYTES = 4_096;
/** Less than a lead time shows nothing. */
const SHORTEST_SECONDS = 1_800;

export function scenarios(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      kind: "scenario",
      name,
      document: parse(readFileSync(join(folder, name, "scenario.yaml"), "utf8")),
    }));
}

/** @returns the recordings of a folder, by what their first line says they are */
export function recordings(folder) {
  if (folder === "") {
    console.error("no recordings, so no cases of them: --recordings DIR or BREAKWATER_TRACES");
    return [];
  }
  const files = readdirSync(folder).toSorted();
  return files.flatMap((file) => recordingOf(resolve(folder, file)) ?? []);
}

function firstLine(path) {
  const file = openSync(path, "r");
  const buffer = Buffer.alloc(FIRST_BYTES);
  const length = readSync(file, buffer);
  closeSync(file);
  return buffer.toString("utf8", 0, length).split("\n")[0];
}

function recordingOf(path) {
  const format = guessFormat(firstLine(path))?.name;
  if (format === "rate-csv" || format === "servegen-rate") {
    return { kind: "rates", path, format, rates: [...readRates({ path, format })] };
  }
  if (!["mooncake", "azure-llm", "agent-sessions", "burstgpt"].includes(format)) return null;
  const faults = new FaultLog({ path, lenient: true });
  const { arrivals, idealHitRate, inputTokens, sessions, turns } = inspectTrace({
    path,
    format,
    faults,
  });
  if (arrivals === null) {
    return { kind: "sessions", path, format, turnsPerSession: turns / sessions };
  }
  const spanSeconds = arrivals.spanSeconds;
  if (!(spanSeconds >= SHORTEST_SECONDS)) return null;
  const coldTokensPerSecond = (turns * inputTokens.mean * (1 - idealHitRate)) / spanSeconds;
  return { kind: "turns", path, format, spanSeconds, coldTokensPerSecond };
}
