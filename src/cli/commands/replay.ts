import type { Command } from "commander";
import { RecordError } from "../../studies/decode-record.ts";
import { replay } from "../../studies/replay.ts";
import type { ReplayResult } from "../../studies/replay.ts";
import { replayPolicy } from "../../studies/replay-policy.ts";
import type { PolicyReplay } from "../../studies/replay-policy.ts";
import { logLines } from "../decision-log-lines.ts";
import { sha256 } from "../digest.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { objectNames, policyFile } from "../policy-file.ts";
import type { ProposedPolicy } from "../policy-file.ts";
import { policyReplayText } from "../policy-replay-text.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";

export function addReplay(program: Command): void {
  program
    .command("replay")
    .description("Decide every record of a decision log again and compare bit for bit.")
    .argument("<file>", "a decision log, as `run --decision-log` writes it")
    .option("--policy <file>", "what these InferenceFleets and RackPools would have decided")
    .addOption(formatOption())
    .addHelpText("after", MORE)
    .action(runReplay);
}

const MORE = `
With --policy the recorded observations are decided on by other objects, in the file as they would
be applied. That is open loop: what was observed came of the policy that acted then. What would come
of acting otherwise, \`breakwater evaluate\` simulates.

Examples:
  breakwater replay decisions.jsonl
  breakwater replay decisions.jsonl --policy new.yaml
`;

interface ReplayFlags extends FormatFlag {
  readonly policy?: string;
}

async function runReplay(file: string, { format, policy }: ReplayFlags): Promise<void> {
  if (policy !== undefined) {
    const compared = await proposedOn(file, policyFile(policy));
    if (compared.decided === 0) throw new UsageError(`${file}: ${NOTHING}`);
    console.log(format === "json" ? JSON.stringify(compared) : policyReplayText(compared));
    return;
  }
  const result = await ofLog(file, (lines) => replay(lines, sha256));
  if (result.records === 0)
    throw new UsageError(`${file}: found no record, expected a log of them`);
  console.log(format === "json" ? JSON.stringify(result) : inWords(result));
  if (result.difference !== null) {
    throw new CommandFailed(`${file}: the replay differs at line ${result.difference.line}`);
  }
  if (result.redecided === 0) {
    throw new UsageError(`${file}: ${NOTHING}`);
  }
}

/**
 * What groups a log has shows at its end.
 * @throws UsageError for an object that none of them has
 */
async function proposedOn(file: string, proposed: ProposedPolicy): Promise<PolicyReplay> {
  const known = new Set<string>();
  const compared = await ofLog(file, (lines) =>
    replayPolicy(lines, (recorded, now) => {
      for (const name of objectNames(recorded)) known.add(name);
      return proposed.groupOf(recorded, now);
    }),
  );
  proposed.checkNames([...known]);
  return compared;
}

const NOTHING = "no record could be decided again: no keyframe found";

async function ofLog<T>(file: string, study: (lines: Iterable<string>) => Promise<T>): Promise<T> {
  const lines = await logLines(file);
  try {
    return await study(lines);
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function inWords(result: ReplayResult): string {
  const { records, redecided, withoutMemory, difference } = result;
  const counts = `${records} records, ${redecided} decided again`;
  const skipped = withoutMemory > 0 ? `, ${withoutMemory} before the first keyframe` : "";
  const verdict = redecided > 0 ? ": every one bit for bit the same." : ".";
  if (difference === null) return `${counts}${skipped}${verdict}`;
  const { line, what, recorded, replayed, group, field } = difference;
  const place = field === undefined ? what : `${what}, field ${field.path}`;
  return (
    `${counts}${skipped}. First difference at line ${line}, group ${group}: ${place}\n` +
    `  recorded ${field?.recorded ?? recorded}\n  replayed ${field?.replayed ?? replayed}`
  );
}
