/** A recording as diagnosis reads it, and what its format cannot say. */
import { engineModel } from "../../sim/engine-model.ts";
import type { EngineProfile } from "../../core/profiles/engine-profiles.ts";
import { RandomStream } from "../../sim/random.ts";
import type { FaultLog } from "../../traces/diagnostics.ts";
import type { TraceFormatName } from "../../traces/formats/format.ts";
import { MOONCAKE_BLOCK_TOKENS, mooncakeFormat } from "../../traces/formats/mooncake.ts";
import { openRecording, readRates } from "../../traces/recording.ts";
import type { RateFormatName, Recording, TrafficFormatName } from "../../traces/recording.ts";
import { readTrace } from "../../traces/read-trace.ts";
import type { TurnRecord } from "../../traces/records.ts";
import { startsOf } from "../../traces/sources/sampled.ts";
import { compileHashedTurns } from "../../traces/templates/hash-templates.ts";
import type { TraceQuestion } from "./diagnose-trace.ts";
import type { UnloadedEngines } from "../simulation/unloaded-turn.ts";
import { startsOnce, useOrder } from "./use-order.ts";

export interface TraceSource {
  readonly path: string;
  readonly format: TraceFormatName;
  readonly blockTokens?: number;
  readonly faults: FaultLog;
  /** Where sessions do not say when they began: how many begin in an hour. */
  readonly sessionsPerHour: number;
  readonly profile: EngineProfile;
}

export interface OpenedTrace {
  /** null: the recording has lengths or rates alone. */
  readonly traffic: Pick<
    TraceQuestion,
    "templates" | "order" | "commonClock" | "sessionIds" | "sessionsKnown"
  > | null;
  /** Sentences. */
  readonly cannotTell: readonly string[];
}

/** An NVL72's usual unit: it only says how long answers take on engines that are not loaded. */
const GPUS_PER_UNIT = 8;
const SEED = 1;

/** @throws TraceError */
export function openTrace(source: TraceSource): OpenedTrace {
  const { format } = source;
  if (format === "mooncake") return hashedTurns(source);
  if (format === "rate-csv" || format === "servegen-rate") return ratesOnly(source, format);
  return recordedSessions(source, format);
}

/** A file of rates is read to its end all the same: what is wrong with it is said first. */
function ratesOnly({ path, faults }: TraceSource, format: RateFormatName): OpenedTrace {
  for (const { perSecond } of readRates({ path, format, faults })) if (perSecond < 0) break;
  return { traffic: null, cannotTell: [noIdentities(format, "rates")] };
}

const noIdentities = (format: string, what: string): string =>
  `Cannot tell what a cache would serve, because ${format} records ${what} and no identities of ` +
  "blocks. Record prompts as hashes (the mooncake format) or as sessions (agent-sessions).";

const NO_TENANTS =
  "Cannot tell tenants apart, because the format has no field for them: sessions stand for them.";
const ONLY_IDENTITIES =
  "Cannot tell which text changed, because only identities of blocks are recorded: look at what " +
  "the prompt template writes at the depth that is named.";

function hashedTurns(source: TraceSource): OpenedTrace {
  const { path, faults } = source;
  const blockTokens = source.blockTokens ?? MOONCAKE_BLOCK_TOKENS;
  const ids: string[] = [];
  const templates = compileHashedTurns(
    notingSessions(readTrace(mooncakeFormat(blockTokens), path, { faults }), ids),
    { blockTokens },
  );
  const sessionsKnown = ids.some((id) => id !== "");
  return {
    traffic: {
      templates,
      order: useOrder(templates, [{ atNs: 0, template: 0 }], enginesOf(source.profile)),
      commonClock: true,
      sessionIds: ids,
      sessionsKnown,
    },
    cannotTell: sessionsKnown
      ? [NO_TENANTS, ONLY_IDENTITIES]
      : [
          "Cannot tell which turns diverge from their own session's turn before, because the " +
            "recording has no session_id: a prompt that leaves an older one may as well begin " +
            "another conversation. Add session_id to its lines.",
          NO_TENANTS,
        ],
  };
}

function* notingSessions(turns: Iterable<TurnRecord>, ids: string[]): Generator<TurnRecord> {
  let anonymous = 0;
  for (const turn of turns) {
    anonymous += turn.session === undefined ? 1 : 0;
    ids.push(turn.session ?? "");
    yield turn;
  }
  if (anonymous === 0 || anonymous === ids.length) return;
  // A turn of nobody is a session of its own.
  for (const [at, id] of ids.entries()) if (id === "") ids[at] = `turn ${at + 1}`;
}

function recordedSessions(source: TraceSource, format: TrafficFormatName): OpenedTrace {
  const { path, faults, blockTokens } = source;
  const block = blockTokens === undefined ? {} : { blockTokens };
  const recording = openRecording({ path, format, faults, ...block });
  if (recording.anonymous) {
    for (const { atNs } of recording.starts?.() ?? []) if (atNs < 0) break;
    return { traffic: null, cannotTell: [noIdentities(format, "lengths")] };
  }
  const { templates } = recording;
  const sessionsKnown = templates.rows.joins.some((joins) => joins > 0);
  const clock = recording.starts !== null;
  return {
    traffic: {
      templates,
      order: useOrder(templates, startsIn(recording, source), enginesOf(source.profile)),
      commonClock: clock,
      sessionIds: null,
      sessionsKnown,
    },
    cannotTell: [
      ...(clock ? [] : [noClock(source.sessionsPerHour)]),
      ...(sessionsKnown ? [NO_TENANTS, ONLY_IDENTITIES] : [NO_SESSIONS]),
    ],
  };
}

const NO_SESSIONS =
  "Cannot tell which turns diverge from the turn before, because no turn follows another in this " +
  "recording.";
const noClock = (sessionsPerHour: number): string =>
  "Cannot tell a change that came to all sessions at one time, because the recording does not " +
  `say when they began: curves are for ${sessionsPerHour} sessions an hour, each once, at random.`;

const enginesOf = (profile: EngineProfile): UnloadedEngines => {
  const engine = engineModel(profile, GPUS_PER_UNIT);
  return { engine, decodeEngine: engine, split: false };
};

function startsIn({ templates, starts }: Recording, { sessionsPerHour }: TraceSource) {
  if (starts !== null) return starts();
  const draws = new RandomStream(SEED, "diagnose starts");
  const instants = startsOf({ sessionsPerHour, curves: [], draws });
  return startsOnce(templates, () => instants.next());
}
