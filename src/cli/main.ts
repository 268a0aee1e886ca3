#!/usr/bin/env node
/** The command line: exit status 0 ok, 1 failed, 2 usage or bad input, 3 a bound missed. */
import { Command, CommanderError } from "commander";
import { TraceError } from "../traces/diagnostics.ts";
import { BoundsMissed, CommandFailed, UsageError } from "./usage-error.ts";
import { packageVersion } from "./version.ts";

type AddCommand = (root: Command) => void;

/** Loaded one by one: a simulation need not wait for the parts that talk to a cluster. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  run: async () => (await import("./commands/run.ts")).addRun,
  demo: async () => (await import("./commands/demo.ts")).addDemo,
  status: async () => (await import("./commands/status.ts")).addStatus,
  explain: async () => (await import("./commands/explain.ts")).addExplain,
  pause: async () => (await import("./commands/pause.ts")).addPause,
  resume: async () => (await import("./commands/pause.ts")).addResume,
  override: async () => (await import("./commands/override.ts")).addOverride,
  evaluate: async () => (await import("./commands/evaluate.ts")).addEvaluate,
  audit: async () => (await import("./commands/audit.ts")).addAudit,
  replay: async () => (await import("./commands/replay.ts")).addReplay,
  simulate: async () => (await import("./commands/simulate.ts")).addSimulate,
  "confirm-cost": async () => (await import("./commands/confirm-cost.ts")).addConfirmCost,
  compare: async () => (await import("./commands/compare.ts")).addCompare,
  sweep: async () => (await import("./commands/sweep.ts")).addSweep,
  schema: async () => (await import("./commands/schema.ts")).addSchema,
  trace: async () => (await import("./commands/trace.ts")).addTrace,
  tune: async () => (await import("./commands/tune.ts")).addTune,
  approve: async () => (await import("./commands/approve.ts")).addApprove,
  reject: async () => (await import("./commands/approve.ts")).addReject,
  cancel: async () => (await import("./commands/cancel.ts")).addCancel,
  doctor: async () => (await import("./commands/doctor.ts")).addDoctor,
  diagnose: async () => (await import("./commands/diagnose.ts")).addDiagnose,
};

/** @param asked the first argument; anything but the name of a command asks about all of them */
async function program(asked: string): Promise<Command> {
  const root = new Command("breakwater")
    .description("Keeps the latency of LLM agents stable by sizing GPU fleets by the rack.")
    .version(packageVersion())
    .showHelpAfterError("(add --help for usage)")
    .exitOverride();
  const one = Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined;
  for (const load of one === undefined ? Object.values(COMMANDS) : [one]) (await load())(root);
  return root;
}

/** @returns the exit status; prints what went wrong, without a stack where it is the user's */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError || error instanceof TraceError) {
    console.error(`breakwater: ${error.message}`);
    return 2;
  }
  if (error instanceof CommandFailed) {
    console.error(`breakwater: ${error.message}`);
    return 1;
  }
  if (error instanceof BoundsMissed) {
    console.error(`breakwater: ${error.message}`);
    return 3;
  }
  console.error(error);
  return 1;
}

try {
  const root = await program(process.argv[2] ?? "");
  await root.parseAsync(process.argv);
} catch (error) {
  process.exitCode = statusOf(error);
}
