/** Recordings as traffic: played at their own times, or their sessions drawn at random. */
import { TraceError } from "../diagnostics.ts";
import { openRecording } from "../recording.ts";
import type { Recording, RecordingOptions } from "../recording.ts";
import type { SessionSource } from "../turn-templates.ts";
import { copiesSource } from "./copies.ts";
import type { RecordedStart } from "./copies.ts";
import { sampledSource, startsOf } from "./sampled.ts";
import type { SampledOptions } from "./sampled.ts";

export interface ReplayOptions extends RecordingOptions {
  /** Whole, from 1. Every copy's prefixes are its own; copies begin spread over 3 s. */
  readonly copies: number;
}

/**
 * @returns the recording at its own times, from 0 on; it ends with the last session
 * @throws TraceError; for turns that share nothing also while the source is read
 */
export function replayTrace({ copies, ...options }: ReplayOptions): SessionSource {
  const recording = openRecording(options);
  if (recording.starts !== null) {
    return copiesSource(recording.templates, recording.starts(), copies);
  }
  throw new TraceError({
    code: "TRC013",
    path: options.path,
    line: 0,
    column: 0,
    found: "sessions without the time of their start",
    expected: "a rate for them: sessionsPerHour instead of scale",
  });
}

/**
 * @returns recorded sessions without end, drawn with replacement at Poisson starts
 * @throws TraceError
 */
export function sampleTrace(
  options: Omit<RecordingOptions, "curves"> & SampledOptions,
): SessionSource {
  const { curves, sessionsPerHour, draws, ...file } = options;
  const recording = openRecording(file);
  const sampling = { curves, sessionsPerHour, draws };
  if (!recording.anonymous) return sampledSource(recording.templates, sampling);
  return anonymousSource(recording, sampling);
}

/** Of longer recordings so many turns are kept, each with the same chance: 16 bytes each. */
const KEPT_TURNS = 262_144;

function anonymousSource(recording: Recording, options: SampledOptions): SessionSource {
  const { draws } = options;
  const kept = reservoir(recording.starts?.() ?? [], draws.uniform.bind(draws));
  const starts = startsOf(options);
  return {
    templates: recording.templates,
    next: (start) => {
      const atNs = starts.next();
      const turn = kept[Math.floor(draws.uniform() * kept.length)];
      if (turn === undefined || atNs === Number.POSITIVE_INFINITY) return false;
      start.atNs = atNs;
      start.template = turn.template;
      start.inputTokens = turn.inputTokens;
      start.outputTokens = turn.outputTokens;
      return true;
    },
  };
}

/** Algorithm R (Vitter 1985): a uniform sample of a stream whose length is not known. */
function reservoir(
  turns: Iterable<RecordedStart>,
  uniform: () => number,
): readonly RecordedStart[] {
  const kept: RecordedStart[] = [];
  let seen = 0;
  for (const turn of turns) {
    seen += 1;
    if (kept.length < KEPT_TURNS) kept.push(turn);
    else {
      const place = Math.floor(uniform() * seen);
      if (place < KEPT_TURNS) kept[place] = turn;
    }
  }
  return kept;
}
