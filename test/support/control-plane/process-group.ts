import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGuardian } from "./guardian.ts";

/** One started program. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  /** How it ended ("exit status 1", "SIGKILL"), or nothing while it runs. */
  readonly ended: () => string | undefined;
  /** Ends it and everything it started; resolves once it is gone. */
  readonly kill: () => Promise<void>;
}

/** Programs that share one temporary folder and one end. */
export interface ProcessGroup {
  readonly dir: string;
  /** A name may be started again once its program has ended; the log is continued. */
  readonly start: (
    name: string,
    command: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Daemon;
  /** The end of every program's log, for a failing test's output. */
  readonly lastLogLines: (lines?: number) => string;
  /** Kills what runs and removes the folder. */
  readonly stop: () => Promise<void>;
}

/** Opens a group with an empty folder named after `label`. */
export function openProcessGroup(label: string): ProcessGroup {
  const dir = mkdtempSync(join(tmpdir(), `breakwater-${label}-`));
  const logs = join(dir, "logs");
  mkdirSync(logs);
  const guardian = startGuardian(dir);
  const daemons = new Map<string, Daemon>();
  const watchRunning = () => {
    const running = [...daemons.values()].filter((daemon) => daemon.ended() === undefined);
    guardian.watch(running.map((daemon) => daemon.pid));
  };
  return {
    dir,
    start: (name, command, args, env = {}) => {
      const child = startLogged({ command, args, env, dir, log: join(logs, `${name}.log`) });
      const daemon = daemonOf(name, command, child);
      daemons.set(name, daemon);
      watchRunning();
      return daemon;
    },
    lastLogLines: (lines = 20) =>
      [...daemons.values()].map((daemon) => logTail(logs, daemon, lines)).join("\n"),
    stop: async () => {
      await Promise.all([...daemons.values()].map((daemon) => daemon.kill()));
      watchRunning();
      await guardian.finish();
    },
  };
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
  readonly log: string;
}

function startLogged({ command, args, env: more, dir, log }: Launch): ChildProcess {
  const output = openSync(log, "a");
  try {
    // A group of its own, so that one signal reaches what it starts too. HOME keeps the programs'
    // own files in the folder that is removed.
    const env = { PATH: process.env.PATH ?? "", HOME: dir, ...more };
    return spawn(command, args, { detached: true, stdio: ["ignore", output, output], env });
  } finally {
    closeSync(output);
  }
}

function daemonOf(name: string, command: string, child: ChildProcess): Daemon {
  const { pid } = child;
  // Without a listener Node would end the whole test run; kill() and readiness checks tell.
  child.once("error", () => undefined);
  if (pid === undefined) throw new Error(`${name} did not start: ${command} cannot be run`);
  const ended = () => {
    if (child.signalCode !== null) return child.signalCode;
    return child.exitCode === null ? undefined : `exit status ${child.exitCode}`;
  };
  const kill = async () => {
    if (ended() !== undefined) return;
    const gone = once(child, "exit");
    process.kill(-pid, "SIGKILL");
    await gone;
  };
  return { name, pid, ended, kill };
}

function logTail(logs: string, daemon: Daemon, lines: number): string {
  const text = readFileSync(join(logs, `${daemon.name}.log`), "utf8").trimEnd();
  const title = `--- ${daemon.name} (${daemon.ended() ?? "running"}), last log lines`;
  return [title, ...text.split("\n").slice(-lines)].join("\n");
}
