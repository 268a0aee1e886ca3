/** A decision log as the controller writes it: a surge of demand over one group, tick by tick. */
import { createHash } from "node:crypto";
import { canonical, parseCanonical } from "../../src/core/canonical.ts";
import type { CompiledGroup } from "../../src/core/compiled.ts";
import { decideCandidate } from "../../src/core/candidate.ts";
import { decide } from "../../src/core/decide.ts";
import { EMPTY_MEMORY } from "../../src/core/memory.ts";
import type { GroupMemory } from "../../src/core/memory.ts";
import type { GroupObservation } from "../../src/core/observation.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import { makeRecord } from "../../src/core/record.ts";
import { aSmallGroup } from "./builders/compiled.ts";
import { aFleetObservation, aGroupObservation, aLoad, someSignals } from "./builders/observed.ts";
import { tickAt } from "./demand-series.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface LogSpec {
  readonly ticks?: number;
  /** Ticks whose record carries the memory. */
  readonly keyframes?: readonly number[];
  readonly groups?: readonly CompiledGroup[];
  readonly codeVersion?: string;
  /** Absent: our own. */
  readonly policy?: Policy;
}

/** @returns canonical lines, those of several groups in turn, chained one to the next */
export function aDecisionLog(spec: LogSpec = {}): readonly string[] {
  const { ticks = 24, keyframes = [0, 10], groups = [aSmallGroup()] } = spec;
  const memories = new Map(groups.map(({ name }) => [name, EMPTY_MEMORY]));
  const candidates = new Map<string, GroupMemory>();
  const lines: string[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    for (const group of groups) {
      const memory = memories.get(group.name) ?? EMPTY_MEMORY;
      const observation = observedAt(tick);
      const decided = decide(group, observation, memory, spec.policy);
      memories.set(group.name, decided.memory);
      const position = {
        index: lines.length,
        previousHash: sha256(lines.at(-1) ?? ""),
        keyframe: keyframes.includes(tick),
      };
      const { codeVersion = "1.2.3", policy } = spec;
      const { decision } = decided;
      const sizedBy = policy && { policy: policy.name, knob: policy.knob };
      const candidate = spec.policy ? null : tried(group, observation, candidates.get(group.name));
      if (candidate !== null) candidates.set(group.name, candidate.memory);
      const input = { codeVersion, group, observation, memory, decision, sizedBy, candidate };
      lines.push(makeRecord(input, position, sha256).line);
    }
  }
  return lines;
}

/** What the group's candidates decide: with the memory of its first tick, then with their own. */
const tried = (group: CompiledGroup, observation: GroupObservation, memory = EMPTY_MEMORY) =>
  decideCandidate(group, observation, memory);

/** Demand triples at tick 12. One reading of each tick is no number: records carry that too. */
function observedAt(tick: number) {
  const now = tickAt(tick);
  const signals = someSignals({ ...aLoad(tick < 12 ? 8 : 24), ttftP99: Number.NaN }, now);
  return aGroupObservation({ now, fleets: [aFleetObservation({ signals })] });
}

/** @returns the line with one part of its record replaced, everything else as it was */
export function edited(
  line: string | undefined,
  changes: Readonly<Record<string, unknown>>,
): string {
  const record = parseCanonical(line ?? "");
  if (typeof record !== "object" || record === null) throw new Error(`no record: ${line}`);
  return canonical({ ...record, ...changes });
}
