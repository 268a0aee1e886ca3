/** Runs side by side, in threads; what comes of them is in the order of the tasks. */
import { Worker } from "node:worker_threads";
import type { SimulationOutcome } from "../../studies/simulation-run.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";
import { compileLater } from "./patient-compiler.ts";
import { runTask } from "./simulation-task.ts";
import type { SimulationTask } from "./simulation-task.ts";

/** What a worker says: how far it is, what came of its task, or what went wrong. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "outcome"; readonly outcome: SimulationOutcome }
  | { readonly kind: "failed"; readonly usage: boolean; readonly message: string };

export interface PoolOptions {
  /** 1: all in this thread. */
  readonly workers: number;
  /** Called with the share of all tasks that is done, 0..1. */
  readonly onProgress?: (share: number) => void;
  /** Called with each outcome, in the order of the tasks: what was told can be relied on. */
  readonly onOutcome?: (at: number, outcome: SimulationOutcome) => void;
  /** Asked before each task; once it is true, those that run are the last: outcomes end early. */
  readonly stop?: () => boolean;
}

/** @throws what the first task that failed threw, once no other is running */
export async function runTasks(
  tasks: readonly SimulationTask[],
  { workers, onProgress = () => {}, onOutcome = () => {}, stop = () => false }: PoolOptions,
): Promise<readonly SimulationOutcome[]> {
  compileLater();
  const shares = tasks.map(() => 0);
  const note = (task: number, share: number): void => {
    shares[task] = share;
    onProgress(shares.reduce((sum, each) => sum + each, 0) / tasks.length);
  };
  const queue = new TaskQueue(tasks, { note, onOutcome, stop });
  const threads = Math.min(workers, tasks.length);
  const open = threads <= 1 ? () => HERE : openThread;
  const lanes = Array.from({ length: Math.max(1, threads) }, () => queue.work(open));
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  return queue.outcomes();
}

type RunOne = (
  task: SimulationTask,
  onProgress: (share: number) => void,
) => Promise<SimulationOutcome>;

/** Where tasks run, one after the other. */
interface Lane {
  readonly run: RunOne;
  close(): void;
}

interface QueueHooks {
  readonly note: (task: number, share: number) => void;
  readonly onOutcome: (at: number, outcome: SimulationOutcome) => void;
  readonly stop: () => boolean;
}

class TaskQueue {
  private readonly tasks: readonly SimulationTask[];
  private readonly hooks: QueueHooks;
  private readonly done: SimulationOutcome[] = [];
  private next = 0;
  /** How many outcomes were told, all before them too. */
  private told = 0;

  constructor(tasks: readonly SimulationTask[], hooks: QueueHooks) {
    this.tasks = tasks;
    this.hooks = hooks;
  }

  /** Takes tasks until none is left, or one failed. */
  async work(open: () => Lane): Promise<void> {
    const lane = open();
    try {
      for (let at = this.taken(); at < this.tasks.length; at = this.taken()) {
        await this.runOne(at, lane);
      }
    } catch (error) {
      this.next = this.tasks.length;
      throw error;
    } finally {
      lane.close();
    }
  }

  private taken(): number {
    if (this.hooks.stop()) this.next = this.tasks.length;
    this.next += 1;
    return this.next - 1;
  }

  private async runOne(at: number, { run }: Lane): Promise<void> {
    const task = this.tasks[at];
    if (task === undefined) return;
    this.done[at] = await run(task, (share) => this.hooks.note(at, share));
    this.hooks.note(at, 1);
    for (let next = this.done[this.told]; next !== undefined; next = this.done[this.told]) {
      this.told += 1;
      this.hooks.onOutcome(this.told - 1, next);
    }
  }

  outcomes(): readonly SimulationOutcome[] {
    return this.done;
  }
}

const HERE: Lane = { run: (task, onProgress) => runTask(task, { onProgress }), close: () => {} };

/** Sources run as they are in tests; in the program both are bundles that lie side by side. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/** A thread for many tasks: the code that the first of them made quick stays so. */
function openThread(): Lane {
  const worker = new Worker(WORKER);
  const run: RunOne = (task, onProgress) =>
    new Promise((resolve, reject) => {
      worker.removeAllListeners();
      worker.on("message", (message: WorkerMessage) => {
        if (message.kind === "progress") onProgress(message.share);
        else if (message.kind === "outcome") resolve(message.outcome);
        else reject(failure(message));
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new CommandFailed(`a worker ended with status ${code}`)));
      worker.postMessage(task, []);
    });
  return { run, close: () => void worker.terminate() };
}

const failure = ({ message, usage }: { readonly message: string; readonly usage: boolean }) =>
  usage ? new UsageError(message) : new CommandFailed(message);
