/** Traffic without a recording: the profiles, and sources that play them. */
import { recordedRate } from "../sources/recorded-rate.ts";
import type { RateRecord } from "../records.ts";
import type { Draws } from "../sources/draws.ts";
import { sampledSource } from "../sources/sampled.ts";
import type { SampledOptions } from "../sources/sampled.ts";
import { compileAgentSessions } from "../templates/agent-templates.ts";
import type { SessionSource, TurnTemplates } from "../turn-templates.ts";
import { batchTemplates } from "./batch.ts";
import { chatSessions } from "./chat.ts";
import { codingAgentSessions } from "./coding-agent.ts";

export const GENERATOR_PROFILES = ["coding-agent", "chat", "batch"] as const;
export type GeneratorProfileName = (typeof GENERATOR_PROFILES)[number];

export interface TemplateSetOptions {
  readonly profile: GeneratorProfileName;
  /** Sessions of the set; default: as many as make its statistics those of the profile. */
  readonly sessions?: number;
  readonly draws: Draws;
}

/** 300 agent sessions are 20,000 turns; a conversation has 1.6 turns, a job 87. */
const DEFAULT_SESSIONS: Readonly<Record<GeneratorProfileName, number>> = {
  "coding-agent": 300,
  chat: 8_000,
  batch: 250,
};

/** @returns templates that have a profile's statistics; the same draws give the same ones */
export function generateTemplates({ profile, draws, ...set }: TemplateSetOptions): TurnTemplates {
  const sessions = set.sessions ?? DEFAULT_SESSIONS[profile];
  if (profile === "batch") return batchTemplates(sessions, draws);
  if (profile === "chat") return compileAgentSessions(chatSessions(sessions, draws));
  return compileAgentSessions(codingAgentSessions(sessions, draws));
}

export interface GeneratedOptions extends SampledOptions {
  readonly profile: GeneratorProfileName;
  /** How many times as long the pauses between turns are; absent: as the profile says. */
  readonly pauses?: number | undefined;
  /** For the template set: a stream of its own, so that arrivals do not depend on its size. */
  readonly templateDraws: Draws;
}

/** @returns sessions of a profile without end, at Poisson starts whose rate the curves shape */
export function generatedTraffic({
  profile,
  templateDraws,
  pauses = 1,
  ...options
}: GeneratedOptions): SessionSource {
  const templates = generateTemplates({ profile, draws: templateDraws });
  return sampledSource(withPauses(templates, pauses), options);
}

/** Same turns, other think times: how much of an overload comes back at once depends on them. */
function withPauses(templates: TurnTemplates, factor: number): TurnTemplates {
  if (factor === 1) return templates;
  const { rows } = templates;
  const delayNs = rows.delayNs.map((delay) => Math.round(delay * factor));
  return { ...templates, rows: { ...rows, delayNs } };
}

export interface RateShapedOptions extends Omit<GeneratedOptions, "sessionsPerHour"> {
  readonly rates: Iterable<RateRecord>;
  /** Where in the recording the traffic begins; behind its end it begins anew. */
  readonly offsetNs: number;
  readonly meanSessionsPerHour: number;
}

/**
 * @returns sessions of a profile whose rate follows a recording around the mean that is asked for
 * @throws RangeError for a recording without a rate above 0; TraceError while it is read
 */
export function rateShapedTraffic(options: RateShapedOptions): SessionSource {
  const { rates, offsetNs, meanSessionsPerHour, curves, ...rest } = options;
  const recorded = recordedRate(rates, offsetNs);
  const sessionsPerHour = meanSessionsPerHour;
  return generatedTraffic({ ...rest, sessionsPerHour, curves: [recorded, ...curves] });
}
