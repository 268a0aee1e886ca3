/** Runs side by side, in threads; what comes of them is in the order of the tasks. */
import { Worker } from "node:worker_threads";
import type { SimulationOutcome } from "../../studies/simulation-run.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";
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
}

/** @throws what the first task that failed threw, once no other is running */
export async function runTasks(
  tasks: readonly SimulationTask[],
  { workers, onProgress = () => {} }: PoolOptions,
): Promise<readonly SimulationOutcome[]> {
  const shares = tasks.map(() => 0);
  const note = (task: number, share: number): void => {
    shares[task] = share;
    onProgress(shares.reduce((sum, each) => sum + each, 0) / tasks.length);
  };
  const queue = new TaskQueue(tasks, note);
  const threads = Math.min(workers, tasks.length);
  const run = threads <= 1 ? runHere : runInThread;
  const lanes = Array.from({ length: Math.max(1, threads) }, () => queue.work(run));
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  return queue.outcomes();
}

type RunOne = (
  task: SimulationTask,
  onProgress: (share: number) => void,
) => Promise<SimulationOutcome>;

class TaskQueue {
  private readonly tasks: readonly SimulationTask[];
  private readonly note: (task: number, share: number) => void;
  private readonly done: SimulationOutcome[] = [];
  private next = 0;

  constructor(tasks: readonly SimulationTask[], note: (task: number, share: number) => void) {
    this.tasks = tasks;
    this.note = note;
  }

  /** Takes tasks until none is left, or one failed. */
  async work(run: RunOne): Promise<void> {
    for (;;) {
      const at = this.next;
      const task = this.tasks[at];
      if (task === undefined) return;
      this.next += 1;
      try {
        this.done[at] = await run(task, (share) => this.note(at, share));
      } catch (error) {
        this.next = this.tasks.length;
        throw error;
      }
      this.note(at, 1);
    }
  }

  outcomes(): readonly SimulationOutcome[] {
    return this.done;
  }
}

const runHere: RunOne = (task, onProgress) => runTask(task, { onProgress });

/** Sources run as they are in tests; in the program both are bundles that lie side by side. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

const runInThread: RunOne = (task, onProgress) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: task });
    const end = (settle: () => void): void => {
      settle();
      void worker.terminate();
    };
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "progress") onProgress(message.share);
      else if (message.kind === "outcome") end(() => resolve(message.outcome));
      else end(() => reject(failure(message)));
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new CommandFailed(`a worker ended with status ${code}`)));
  });

const failure = ({ message, usage }: { readonly message: string; readonly usage: boolean }) =>
  usage ? new UsageError(message) : new CommandFailed(message);
