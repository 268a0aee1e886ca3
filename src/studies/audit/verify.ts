/** Whether a decision log is as it was written: each line by its seal, all by the chain. */
import type { Digest } from "../../core/canonical.ts";
import { isSealed } from "../../core/record.ts";
import { decodeHead } from "../decode-record.ts";
import { breaksOf } from "./chain.ts";
import type { AuditFinding, ChainStart, Link } from "./findings.ts";

/** A line of a log, as its bytes are. */
export interface LogLine {
  readonly file: string;
  /** From 1, in its file. */
  readonly line: number;
  /** Without its end. */
  readonly text: string;
  /** What is wrong with its bytes, before anything is read out of them; absent: nothing. */
  readonly broken?: string;
}

export interface Verification {
  readonly schemaVersion: 1;
  readonly records: number;
  /** Records without a seal: of older releases, whose changes the next record alone tells. */
  readonly unsealed: number;
  readonly starts: readonly ChainStart[];
  /** Replicas that wrote, in order of their first record. */
  readonly leaders: readonly string[];
  /** In order of place. */
  readonly findings: readonly AuditFinding[];
  /** Index and hash of the last record: kept elsewhere, they show when the end was cut off. */
  readonly tail: { readonly index: number; readonly hash: string } | null;
}

/** @param lines of files in their order, oldest first; empty lines are passed over */
export function verifyLog(lines: Iterable<LogLine>, digest: Digest): Verification {
  const links: Link[] = [];
  const changed: AuditFinding[] = [];
  let unsealed = 0;
  for (const line of lines) {
    if (line.text === "" && line.broken === undefined) continue;
    const { link, finding, sealed } = linkOf(line, digest);
    links.push(link);
    const lost = finding === null && !sealed && links.length - 1 > unsealed;
    if (lost) changed.push(sealLost(link));
    if (finding !== null) changed.push(finding);
    else if (!sealed) unsealed += 1;
  }
  const { breaks, starts } = breaksOf(links);
  const last = links.at(-1);
  return {
    schemaVersion: 1,
    records: links.length,
    unsealed,
    starts,
    leaders: [...new Set(links.flatMap(({ head }) => head?.leader ?? []))],
    findings: inPlace([...changed, ...breaks], links),
    tail: last?.head ? { index: last.head.index, hash: last.hash } : null,
  };
}

/** Older releases wrote no seals: records without one come before all that bear one. */
const sealLost = ({ file, line, index }: Link): AuditFinding => ({
  kind: "changed",
  file,
  line,
  index,
  found: "a record without a seal after records that bear one",
  expected: EXPECTED,
});

interface Linked {
  readonly link: Link;
  readonly finding: AuditFinding | null;
  readonly sealed: boolean;
}

const EXPECTED = "the record as it was sealed when it was written";

function linkOf({ file, line, text, broken }: LogLine, digest: Digest): Linked {
  const place = { file, line, hash: digest(text) };
  const read = decodeHead(text);
  const index = "index" in read ? read.index : null;
  const wrong = (found: string): Linked => ({
    link: { ...place, head: null, index },
    finding: { kind: "changed", file, line, index, found, expected: EXPECTED },
    sealed: true,
  });
  if (broken !== undefined) return wrong(broken);
  if ("problem" in read) return wrong(read.problem);
  const sealed = isSealed(text, digest);
  // A seal that cannot be read is one that was touched.
  if (sealed === false || (sealed === null && read.seal !== null)) {
    return wrong(`a line with another digest than its seal ${read.seal}`);
  }
  const head = { ...place, head: read, index };
  return { link: head, finding: null, sealed: sealed === true };
}

function inPlace(
  findings: readonly AuditFinding[],
  links: readonly Link[],
): readonly AuditFinding[] {
  const order = new Map(links.map(({ file, line }, at) => [`${file}:${line}`, at] as const));
  const placeOf = ({ file, line }: AuditFinding): number => order.get(`${file}:${line}`) ?? 0;
  return findings.toSorted((a, b) => placeOf(a) - placeOf(b));
}
