/** What is wrong between the records of a log: each continues the one before it, by its hash. */
import type { AuditFinding, ChainStart, Link } from "./findings.ts";

export interface ChainBreaks {
  readonly breaks: readonly AuditFinding[];
  readonly starts: readonly ChainStart[];
}

interface Seen {
  /** Where each index was first found. */
  readonly places: ReadonlyMap<number, number>;
  readonly hashes: ReadonlyMap<string, number>;
}

/** @param links in the order in which they were read */
export function breaksOf(links: readonly Link[]): ChainBreaks {
  const seen = placesOf(links);
  const breaks: AuditFinding[] = [];
  const starts: ChainStart[] = [];
  for (const [at, link] of links.entries()) {
    const start = startOf(links, at);
    if (start !== null) starts.push(start);
    else breaks.push(...breakAt(links, at, seen));
    if (start !== null && at > 0 && link.head?.start === undefined) {
      breaks.push(finding(link, "inserted", ["a chain that says not why it begins", RESTART]));
    }
  }
  return { breaks, starts };
}

const RESTART = "the chain gone on with, or a reason why a new one begins";

function placesOf(links: readonly Link[]): Seen {
  const places = new Map<number, number>();
  const hashes = new Map<string, number>();
  for (const [at, { index, hash }] of links.entries()) {
    if (index !== null && !places.has(index)) places.set(index, at);
    if (!hashes.has(hash)) hashes.set(hash, at);
  }
  return { places, hashes };
}

function startOf(links: readonly Link[], at: number): ChainStart | null {
  const { file, line, head } = links[at] ?? NO_LINK;
  if (head === null) return null;
  const begins = head.index === 0 && (at === 0 || head.previousHash === "");
  if (!begins && at > 0) return null;
  const goneOn = `goes on from record ${head.index - 1}, in a file that was not given`;
  return {
    file,
    line,
    index: head.index,
    at: head.at,
    leader: head.leader ?? null,
    why: begins ? (head.start ?? "the first record") : goneOn,
  };
}

const NO_LINK: Link = { file: "", line: 0, hash: "", head: null, index: null };

/** The record before, by number; a line that says none is counted as one record. */
function indexBefore(links: readonly Link[], at: number): number | null {
  for (let back = at - 1; back >= 0; back -= 1) {
    const index = links[back]?.head?.index ?? null;
    if (index !== null) return index + (at - 1 - back);
  }
  return null;
}

function breakAt(links: readonly Link[], at: number, seen: Seen): readonly AuditFinding[] {
  const link = links[at] ?? NO_LINK;
  const before = links[at - 1];
  const last = indexBefore(links, at);
  const { head, hash } = link;
  if (head === null || before === undefined || last === null) return [];
  const expected = last + 1;
  if (head.index === expected) {
    const goesOn = before.head === null || head.previousHash === before.hash;
    return goesOn ? [] : [rewritten(link, before)];
  }
  if (head.index > expected) return gap(link, expected, at, seen);
  const twin = seen.hashes.get(hash) ?? at;
  const first = links[seen.places.get(head.index) ?? at] ?? link;
  if (twin < at) return [twice(link, links[twin] ?? link, expected)];
  if (first !== link) return [twice(link, first, expected)];
  // What was moved from here was found where it stands now, or is found as a gap before it.
  return [finding(link, "reordered", [`record ${head.index}`, `record ${expected}`])];
}

/** Which of the two shows where only one bears a seal: the seal is part of what was hashed. */
function rewritten(link: Link, before: Link): AuditFinding {
  const previous = link.head?.previousHash ?? "";
  if (before.head?.seal === null && link.head?.seal !== null) {
    const found = `a record with the hash ${before.hash}`;
    return finding(before, "changed", [found, `${previous}, as line ${link.line} says`]);
  }
  return finding(link, "changed", [
    `a record that was written after another one: previousHash ${previous}`,
    `${before.hash}, the hash of line ${before.line}: one of the two was written anew`,
  ]);
}

/** Gaps beyond this are told, not counted out. */
const LONGEST_GAP = 1_000_000;

/** What is missing before a record; what comes later in the log; nothing where all came before. */
function gap(link: Link, expected: number, at: number, { places }: Seen): readonly AuditFinding[] {
  const index = link.head?.index ?? 0;
  const many = Math.min(index - expected, LONGEST_GAP);
  const missing = Array.from({ length: many }, (_, n) => expected + n).filter(
    (wanted) => (places.get(wanted) ?? at) >= at,
  );
  const [first = expected] = missing;
  if (missing.length === 0) return [];
  const later = missing.filter((wanted) => places.has(wanted));
  if (later.length === missing.length) {
    const expects = `record ${first}, which comes later`;
    return [finding(link, "reordered", [`record ${index}`, expects])];
  }
  const last = missing.at(-1) ?? first;
  const named = first === last ? `record ${first}` : `records ${first} to ${last}`;
  return [finding(link, "removed", [`record ${index}`, `${named} before it`])];
}

const twice = (link: Link, first: Link, expected: number): AuditFinding =>
  finding(link, "inserted", [
    `record ${link.head?.index ?? 0} once more, after ${first.file}:${first.line}`,
    `record ${expected}`,
  ]);

const finding = (
  { file, line, index }: Link,
  kind: AuditFinding["kind"],
  [found, expected]: readonly [string, string],
): AuditFinding => ({ kind, file, line, index, found, expected });
