import { closeSync, openSync, readSync } from "node:fs";
import { Option } from "commander";
import type { Command } from "commander";
import type { EpochMs } from "../../core/units.ts";
import { epochMs } from "../../core/units.ts";
import { RecordError, decodeRecord } from "../../studies/decode-record.ts";
import { byteLines } from "../../studies/audit/byte-lines.ts";
import { auditTrail } from "../../studies/audit/entries.ts";
import type { AuditEntry } from "../../studies/audit/entries.ts";
import { verifyLog } from "../../studies/audit/verify.ts";
import type { LogLine, Verification } from "../../studies/audit/verify.ts";
import { logLines } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { beginOf, since } from "../span-flags.ts";
import type { Since } from "../span-flags.ts";
import { table } from "../table.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";

const VERIFY_EXAMPLES = `
Several files are one log, the oldest first. Exit status 1 when anything was touched.

Examples:
  breakwater audit verify decisions.jsonl.2 decisions.jsonl.1 decisions.jsonl
  breakwater audit verify decisions.jsonl --tail 5f1c…   (the hash that was noted down last time)
`;

const LIST_EXAMPLES = `
Examples:
  breakwater audit list decisions.jsonl --since 14d
  breakwater audit list decisions.jsonl --kind verdict override --format json
`;

const KINDS = ["decision", "verdict", "phase", "count", "override", "policy", "leader"] as const;
const LIST_FORMATS = ["text", "json", "markdown"] as const;

interface ListFlags {
  readonly since?: Since;
  readonly by?: string;
  readonly kind?: readonly string[];
  readonly format: (typeof LIST_FORMATS)[number];
}

export function addAudit(program: Command): void {
  const audit = program
    .command("audit")
    .description("Whether a decision log is as it was written, and who did what.");
  audit
    .command("verify")
    .description("Find what was changed, removed, inserted or put in another order.")
    .argument("<file...>", "decision logs, the oldest first")
    .option("--tail <hash>", "a hash the log must contain: noted down, it shows a cut end")
    .addOption(formatOption())
    .addHelpText("after", VERIFY_EXAMPLES)
    .action(verify);
  audit
    .command("list")
    .description("Decisions, verdicts, overrides, changes of policy: who, when, which versions.")
    .argument("<file...>", "decision logs, the oldest first")
    .option("--since <when>", "a span before the last record, or an instant", since)
    .option("--by <name>", "of this person or replica alone")
    .addOption(new Option("--kind <kind...>", "of these kinds alone").choices(KINDS))
    .addOption(new Option("--format <format>", "of the list").choices(LIST_FORMATS).default("text"))
    .addHelpText("after", LIST_EXAMPLES)
    .action(list);
}

interface VerifyFlags extends FormatFlag {
  readonly tail?: string;
}

async function verify(files: readonly string[], { format, tail }: VerifyFlags): Promise<void> {
  for (const file of files) await logLines(file);
  const seen = { tail: false };
  const digest = (text: string): string => {
    const hash = sha256(text);
    seen.tail ||= hash === tail;
    return hash;
  };
  const result = verifyLog(linesOf(files), digest);
  if (result.records === 0) {
    throw new UsageError(`${files.join(", ")}: found no record, expected a log of them`);
  }
  console.log(format === "json" ? JSON.stringify(result) : inWords(result));
  if (tail !== undefined && !seen.tail) {
    throw new CommandFailed(`no record has the hash ${tail}: the log was cut, or is another`);
  }
  const { length } = result.findings;
  if (length > 0) throw new CommandFailed(`the log was touched: ${length} findings`);
}

function* linesOf(files: readonly string[]): Generator<LogLine> {
  for (const file of files) yield* byteLines(file, chunksOf(file));
}

const CHUNK_BYTES = 1024 * 1024;

function* chunksOf(file: string): Generator<Uint8Array> {
  const handle = openSync(file, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let bytes = readSync(handle, chunk); bytes > 0; bytes = readSync(handle, chunk)) {
      yield chunk.subarray(0, bytes);
    }
  } finally {
    closeSync(handle);
  }
}

function inWords({ records, unsealed, starts, leaders, findings, tail }: Verification): string {
  const old = unsealed > 0 ? `, ${unsealed} of an older release without seals` : "";
  const by = leaders.length > 0 ? `, written by ${leaders.join(", ")}` : "";
  const chains = starts.map(({ file, line, index, at, why }) => {
    return `  ${file}:${line}: chain begins with record ${index} at ${instantText(at)}: ${why}`;
  });
  const more = findings.length - FINDINGS_SHOWN;
  const found = findings
    .slice(0, FINDINGS_SHOWN)
    .flatMap(({ kind, file, line, index, found: what, expected }) => [
      `${file}:${line}: ${kind}${index === null ? "" : ` at record ${index}`}`,
      `  found     ${what}`,
      `  expected  ${expected}`,
    ]);
  const end = tail === null ? [] : [`  ends with record ${tail.index}, hash ${tail.hash}`];
  const rest = more > 0 ? [`and ${more} more: --format json has all`] : [];
  const verdict = findings.length === 0 ? "as they were written" : "not as they were written";
  return [`${records} records${old}${by}: ${verdict}`, ...chains, ...end, ...found, ...rest].join(
    "\n",
  );
}

/** One change may be told many times over; the JSON has all. */
const FINDINGS_SHOWN = 20;

const instantText = (at: number): string => new Date(at).toISOString();

async function list(files: readonly string[], flags: ListFlags): Promise<void> {
  const { entries, end } = await entriesOf(files);
  const from = beginOf(flags.since, end);
  const chosen = entries.filter(
    ({ at, by, kind }) =>
      at >= from &&
      (flags.by === undefined || by === flags.by) &&
      (flags.kind === undefined || flags.kind.includes(kind)),
  );
  console.log(printed(chosen, flags.format));
}

async function entriesOf(
  files: readonly string[],
): Promise<{ readonly entries: readonly AuditEntry[]; readonly end: EpochMs }> {
  const trail = auditTrail();
  const entries: AuditEntry[] = [];
  let end = epochMs(0);
  for (const file of files) {
    let line = 0;
    for (const text of await logLines(file)) {
      line += 1;
      if (text.trim() === "") continue;
      const record = recordOf(text, { file, line });
      entries.push(...trail(record));
      end = record.decision.at;
    }
  }
  return { entries, end };
}

function recordOf(text: string, { file, line }: { readonly file: string; readonly line: number }) {
  try {
    return decodeRecord(text, line);
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

const HEADER = ["when", "who", "what", "of", "text", "record", "versions"] as const;

function printed(entries: readonly AuditEntry[], format: ListFlags["format"]): string {
  if (format === "json") {
    const dated = entries.map((entry) => ({ ...entry, at: instantText(entry.at) }));
    return JSON.stringify({ schemaVersion: 1, entries: dated });
  }
  const rows = entries.map(({ at, by, kind, subject, text, record, versions }) => [
    instantText(at),
    by === "" ? "?" : by,
    kind,
    subject,
    text,
    String(record),
    versions,
  ]);
  if (format === "text") return rows.length === 0 ? "nothing" : table(HEADER, rows);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(HEADER), line(HEADER.map(() => "---")), ...rows.map(line)].join("\n");
}
