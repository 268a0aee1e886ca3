/** `diagnose --fleet` and `diagnose --log`. */
import { cacheView, withVerdict } from "../../adapters/telemetry/views/cache-view.ts";
import { DiagnosesAnswerSchema } from "../../api/cache-view.ts";
import type { CacheEpisode } from "../../api/cache-view.ts";
import { FleetsAnswerSchema, HistoryAnswerSchema } from "../../api/envelopes.ts";
import { durationMs } from "../../config/go-duration.ts";
import { decodeRecord, RecordError } from "../../studies/decode-record.ts";
import { readApi } from "../api-client.ts";
import type { ApiAddress } from "../api-client.ts";
import { apiOf } from "../api-flags.ts";
import type { ApiFlags } from "../api-flags.ts";
import { logLines } from "../decision-log-lines.ts";
import type { ResultFormat } from "../simulation/print-results.ts";
import { UsageError } from "../usage-error.ts";
import { fleetText } from "./fleet-text.ts";
import { windowOf } from "./fleet-window.ts";
import type { FleetCache, HitPoint } from "./fleet-window.ts";

export interface FleetQuestionFlags {
  readonly fleet?: string;
  readonly namespace?: string;
  readonly since: string;
  readonly log?: string;
  readonly format: ResultFormat;
}

/** @throws UsageError, and CommandFailed where no controller answers, before anything is printed */
export async function diagnoseFleet(flags: FleetQuestionFlags & ApiFlags): Promise<void> {
  const sinceSeconds = secondsOf(flags.since);
  const name = nameOf(flags);
  const found =
    flags.log === undefined ? await byApi(apiOf(flags), name) : await byLog(flags.log, name);
  const window = windowOf(found, sinceSeconds);
  const { format } = flags;
  const json = format === "json";
  console.log(json ? JSON.stringify({ schemaVersion: 1, ...window }) : fleetText(window, format));
}

function secondsOf(since: string): number {
  try {
    const ms = durationMs(since);
    if (ms > 0) return ms / 1_000;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UsageError(`--since: found "${since}", expected a duration, as 1h or 90m`);
}

/** @returns `namespace/name`, a name alone, or undefined for the only fleet there is */
function nameOf({ fleet, namespace }: FleetQuestionFlags): string | undefined {
  if (namespace === undefined) return fleet;
  if (fleet === undefined || fleet.includes("/")) {
    throw new UsageError(`--namespace: found beside the fleet "${fleet ?? ""}", expected its name`);
  }
  return `${namespace}/${fleet}`;
}

/** @throws UsageError when there is no such fleet, or several and none or too little was named */
function chosen(known: readonly string[], wanted: string | undefined, where: string): string {
  const fits = known.filter(
    (fleet) => wanted === undefined || fleet === wanted || fleet.endsWith(`/${wanted}`),
  );
  const [fleet] = fits;
  if (fleet !== undefined && fits.length === 1) return fleet;
  const found =
    wanted === undefined ? `${fits.length} fleets` : `${fits.length} fleets "${wanted}"`;
  const list = known.length === 0 ? "none is known yet" : `one of ${known.join(", ")}`;
  throw new UsageError(`${where}: found ${found}, expected --fleet with ${list}`);
}

async function byApi(api: ApiAddress, wanted: string | undefined): Promise<FleetCache> {
  const { fleets } = await readApi(api, "/api/v1/fleets", FleetsAnswerSchema);
  const fleet = chosen(
    fleets.map((view) => view.fleet),
    wanted,
    api.url,
  );
  const view = fleets.find((each) => each.fleet === fleet);
  if (view === undefined) throw new Error("a fleet was chosen among those known");
  const query = new URLSearchParams({ fleet }).toString();
  const [said, history] = await Promise.all([
    readApi(api, `/api/v1/diagnoses?${query}`, DiagnosesAnswerSchema),
    readApi(api, `/api/v1/history?${query}`, HistoryAnswerSchema),
  ]);
  const points = (history.fleets[0]?.points ?? []).map(({ atSeconds, values }) => ({
    atSeconds,
    hitRate: values["hitRate"] ?? null,
    expectedHitRate: values["expectedHitRate"] ?? null,
  }));
  const episodes = said.fleets[0]?.episodes ?? [];
  return { fleet, atSeconds: view.atSeconds, now: view.cache, episodes, points };
}

interface Followed {
  atSeconds: number;
  now: FleetCache["now"];
  episodes: readonly CacheEpisode[];
  readonly points: HitPoint[];
}

async function byLog(file: string, wanted: string | undefined): Promise<FleetCache> {
  const followed = new Map<string, Followed>();
  let line = 0;
  try {
    for (const text of await logLines(file)) {
      line += 1;
      if (text.trim() !== "") follow(followed, text, line);
    }
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
  if (followed.size === 0) {
    throw new UsageError(`${file}: found no decision on a fleet, expected a decision log`);
  }
  const fleet = chosen([...followed.keys()], wanted, file);
  const found = followed.get(fleet);
  if (found === undefined) throw new Error("a fleet was chosen among those known");
  return { fleet, ...found };
}

function follow(followed: Map<string, Followed>, text: string, line: number): void {
  const { observation, decision } = decodeRecord(text, line);
  const atSeconds = observation.now / 1_000;
  for (const { fleet, cache } of decision.fleets) {
    const now = cacheView(cache);
    const known = followed.get(fleet) ?? { atSeconds, now, episodes: [], points: [] };
    known.atSeconds = atSeconds;
    known.now = now;
    known.episodes = withVerdict(known.episodes, atSeconds, now);
    known.points.push({
      atSeconds,
      hitRate: now.hitRate,
      expectedHitRate: now.expectedHitRate,
    });
    followed.set(fleet, known);
  }
}
