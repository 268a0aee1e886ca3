/** One decision out of a log, with all that it was made on. */
import { canonical } from "../core/canonical.ts";
import type { Digest } from "../core/canonical.ts";
import { decide } from "../core/decide.ts";
import type { FleetKey } from "../core/compiled.ts";
import type { GroupMemory } from "../core/memory.ts";
import type { DecisionRecord } from "../core/record.ts";
import type { EpochMs } from "../core/units.ts";
import { RecordError, decodeRecord } from "./decode-record.ts";

export interface RecordedDecision {
  readonly record: DecisionRecord;
  /** What was carried into the decision. */
  readonly memory: GroupMemory;
  readonly fleet: FleetKey;
}

export interface Wanted {
  /** `namespace/name`; undefined: the only fleet of the log. */
  readonly fleet: string | undefined;
  /** The last decision at or before; undefined: the last one. */
  readonly at: EpochMs | undefined;
}

interface Line {
  readonly text: string;
  readonly line: number;
}

/**
 * @param lines the log, oldest record first; empty lines are passed over
 * @throws RecordError when a line is no record, or the wanted one cannot be decided again
 */
export async function recordedDecision(
  lines: AsyncIterable<string> | Iterable<string>,
  wanted: Wanted,
  digest: Digest,
): Promise<RecordedDecision> {
  const seen = new Set<string>();
  /** The group's records since its last keyframe: what memory is worked out from. */
  let stretch: Line[] = [];
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === "") continue;
    const record = decodeRecord(text, line);
    for (const { key } of record.policy.fleets) seen.add(key);
    if (!isOf(record, wanted)) continue;
    if (record.keyframe !== null) stretch = [{ text, line }];
    else if (stretch.length > 0) stretch.push({ text, line });
  }
  const last = stretch.at(-1);
  if (last === undefined || ambiguous(wanted, seen)) throw notFound(wanted, seen, line);
  const record = decodeRecord(last.text, last.line);
  const memory = carriedInto(stretch);
  if (digest(canonical(memory)) !== record.memoryDigest) {
    throw new RecordError(
      last.line,
      "decided again, the records before it leave another memory than it was decided with: " +
        "`breakwater replay` says where they begin to differ",
    );
  }
  const fleet = record.policy.fleets.find(({ key }) => key === (wanted.fleet ?? key));
  if (fleet === undefined) throw notFound(wanted, seen, line);
  if (record.sizedBy !== undefined) {
    const text = `was sized by ${record.sizedBy.policy}, expected Breakwater's own policy`;
    throw new RecordError(last.line, text);
  }
  return { record, memory, fleet: fleet.key };
}

const isOf = ({ policy, observation }: DecisionRecord, { fleet, at }: Wanted): boolean =>
  policy.fleets.some(({ key }) => fleet === undefined || key === fleet) &&
  (at === undefined || observation.now <= at);

const ambiguous = ({ fleet }: Wanted, seen: ReadonlySet<string>): boolean =>
  fleet === undefined && seen.size !== 1;

function notFound({ fleet, at }: Wanted, seen: ReadonlySet<string>, line: number): RecordError {
  const known = [...seen].toSorted().join(", ") || "no fleet at all";
  const before = at === undefined ? "" : ` at or before ${new Date(at).toISOString()}`;
  const found = fleet === undefined ? "no single fleet was named" : `no decision on ${fleet}`;
  return new RecordError(
    line,
    `the end of the log: ${found} with a keyframe before it${before}; the log is of ${known}`,
  );
}

/** @returns the memory before the last record, by deciding those before it again */
function carriedInto(stretch: readonly Line[]): GroupMemory {
  const [first, ...rest] = stretch.map(({ text, line }) => decodeRecord(text, line));
  const memory = first?.keyframe;
  if (first === undefined || memory === undefined || memory === null) {
    throw new Error("a stretch begins with a keyframe");
  }
  const before = [first, ...rest].slice(0, -1);
  return before.reduce(
    (carried, { policy, observation }) => decide(policy, observation, carried).memory,
    memory,
  );
}
