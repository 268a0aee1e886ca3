/** `trace record --surge`: a missed surge of a decision log as a folder that `simulate` runs. */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HOUR_MS, epochMs, millis } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { RecordedPast } from "../../studies/evaluate/recorded-past.ts";
import type { PastBlock } from "../../studies/evaluate/recorded-past.ts";
import { MissedSurges } from "../../studies/surge/missed-surges.ts";
import type { MissedSurge } from "../../studies/surge/missed-surges.ts";
import { recordSurge } from "../../studies/surge/record-surge.ts";
import type { RecordedSurge } from "../../studies/surge/record-surge.ts";
import {
  OPTIONAL_FILES,
  attainedRows,
  surgeFiles,
  triedRows,
  verdictText,
} from "../../studies/surge/surge-files.ts";
import type { SurgeFile } from "../../studies/surge/surge-files.ts";
import { logRecords } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import { groupNamed } from "../evaluate/group-flag.ts";
import { stopwatch } from "../pace.ts";
import { progressOn } from "../simulation/progress.ts";
import { reasonOf } from "../system-error.ts";
import { table } from "../table.ts";
import { UsageError } from "../usage-error.ts";
import { packageVersion } from "../version.ts";

export interface SurgeFlags {
  readonly surge: string;
  readonly log: readonly string[];
  readonly output: string;
  readonly group?: string;
  readonly before: Millis;
  readonly after: Millis;
  readonly force?: true;
}

/** @throws UsageError for what is wrong with log, ID or folder: then nothing is written */
export async function recordMissedSurge(flags: SurgeFlags): Promise<void> {
  checkFolder(flags);
  const group = await groupOf(flags);
  const surge = await found(flags, group);
  const block = await blockAround(surge, flags, group);
  const progress = progressOn(process.stderr, "surge", stopwatch);
  try {
    const recorded = await recordSurge({
      name: nameOf(surge),
      surge,
      block,
      digest: sha256,
      codeVersion: packageVersion(),
      onProgress: (share) => progress.update(share),
    });
    const files = surgeFiles(recorded);
    writeFolder(files, flags);
    progress.end();
    report(recorded, files, flags.output);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${placeOf(flags)}: ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
}

const placeOf = ({ log }: SurgeFlags): string => log.join(", ");

const nameOf = ({ from }: MissedSurge): string =>
  `surge-${new Date(from).toISOString().slice(0, 16).replaceAll(/[T:]/g, "-")}`;

function checkFolder({ output, force }: SurgeFlags): void {
  if (!existsSync(dirname(resolve(output)))) {
    throw new UsageError(`--output: found ${output}, expected it in a folder that is there`);
  }
  if (force === true || !existsSync(output)) return;
  throw new UsageError(
    `--output: found ${output} there already, expected a new folder, or --force`,
  );
}

async function groupOf(flags: SurgeFlags): Promise<string> {
  const groups = new Set<string>();
  for await (const { group } of logRecords(flags.log)) groups.add(group);
  return groupNamed(flags.group, [...groups]);
}

async function found(flags: SurgeFlags, group: string): Promise<MissedSurge> {
  const surges = new MissedSurges(flags.surge);
  for await (const record of logRecords(flags.log)) if (record.group === group) surges.add(record);
  try {
    return surges.found();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${placeOf(flags)}: ${error.message}`);
    throw error;
  }
}

/** One block, however long. */
async function blockAround(
  { from, until }: MissedSurge,
  flags: SurgeFlags,
  group: string,
): Promise<PastBlock> {
  const [first, last]: readonly [EpochMs, EpochMs] = [
    epochMs(from - flags.before),
    epochMs(until + flags.after),
  ];
  const past = new RecordedPast(millis(last - first + HOUR_MS), first);
  for await (const record of logRecords(flags.log)) {
    if (record.group === group && record.observation.now <= last) past.add(record);
  }
  const [block] = past.result();
  if (block === undefined) throw new Error("a surge of the log is in its records");
  return block;
}

/** A new folder appears whole; into one that is there, files are moved one by one. */
function writeFolder(files: readonly SurgeFile[], { output }: SurgeFlags): void {
  const target = resolve(output);
  const place = (path: string): Error => new UsageError(`${output} cannot be written: ${path}`);
  try {
    const staged = mkdtempSync(`${target}.partial-`);
    try {
      for (const { name, text } of files) writeFileSync(join(staged, name), text);
      if (!existsSync(target)) {
        renameSync(staged, target);
        return;
      }
      for (const name of OPTIONAL_FILES) rmSync(join(target, name), { force: true });
      for (const { name } of files) renameSync(join(staged, name), join(target, name));
    } finally {
      rmSync(staged, { recursive: true, force: true });
    }
  } catch (cause) {
    throw place(reasonOf(cause));
  }
}

function report(recorded: RecordedSurge, files: readonly SurgeFile[], output: string): void {
  const header = ["fleet", "objective", "recorded", "simulated"];
  console.log(
    [
      `${output}: ${files.map(({ name }) => name).join(", ")}`,
      "",
      table(header, attainedRows(recorded)),
      "",
      table(["", "attainment", "minutes outside", "GPU-hours"], triedRows(recorded)),
      "",
      verdictText(recorded),
    ].join("\n"),
  );
}
