import type { Surroundings } from "./backed-kinds/backed-kind.ts";
import { fakePeople } from "./backed-kinds/people.ts";
import { kubeBench } from "./kube-bench.ts";

/** The fake API server of its own, in virtual time. */
export function fakeSurroundings(name = "gb200-a"): Surroundings {
  const { api, timers } = kubeBench();
  const run = <T>(work: Promise<T>): Promise<T> => timers.runUntil(work);
  return { name, people: fakePeople(api), transport: api.transport, timers, run };
}
