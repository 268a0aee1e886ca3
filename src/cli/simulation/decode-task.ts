/** What the pool sent to a thread. */
import type { SimulationTask } from "./simulation-task.ts";

/** @throws TypeError when it is not a task: pool and worker are not of one version */
export function decodeTask(data: unknown): SimulationTask {
  if (typeof data === "object" && data !== null && "file" in data && "policy" in data) {
    return data as SimulationTask;
  }
  throw new TypeError(`found ${JSON.stringify(data)}, expected a simulation task`);
}
