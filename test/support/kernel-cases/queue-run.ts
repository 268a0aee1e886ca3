import type { KernelResults } from "../../../src/sim/kernel/contract.ts";
import { SUBS_PER_NS } from "../../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { draws } from "../draws.ts";
import { optionsWith } from "./options.ts";
import { queueSource } from "./queue-source.ts";

/** One token: an iteration, whatever runs in it. So service times are outputs, in iterations. */
const ITERATION_NS = 1_000_000;
/** Long services, so that what is whole iterations here is as good as continuous. */
const MEAN_TOKENS = 1_000;
const MEAN_SERVICE_SECONDS = (MEAN_TOKENS * ITERATION_NS) / 1e9;

export interface Queue {
  readonly servers: number;
  /** Share of the servers' time that is asked for. */
  readonly load: number;
  readonly service: "exponential" | "constant";
  readonly turns: number;
  readonly seed: number;
}

export interface QueueOutcome {
  /** Mean wait before service, in units of the mean service. */
  readonly wait: number;
  /** Turns in the system, averaged over time. */
  readonly meanTurns: number;
  /** Turns that arrived, times their mean time in the system, over the time that passed. */
  readonly arrivedTimesStay: number;
}

/** One replica that takes `servers` turns at once and is not slowed by their number. */
export function runQueue({ servers, load, service, turns, seed }: Queue): QueueOutcome {
  const { exponential } = draws(seed);
  const meanGapNs = (MEAN_TOKENS * ITERATION_NS) / (servers * load);
  const source = queueSource({
    turns,
    gapNs: () => exponential() * meanGapNs,
    outputTokens: () => (service === "constant" ? MEAN_TOKENS : geometric(exponential())),
  });
  const engine = {
    iterationSubs: ITERATION_NS * SUBS_PER_NS,
    maxSequences: servers,
    kvTokens: 2 ** 30,
    cacheOutputs: false,
  };
  const kernel = createFleetKernel(optionsWith([source], { engine }));
  kernel.addReplica(0, "Aggregated");
  const endNs = turns * meanGapNs;
  kernel.runUntil(endNs);
  return outcome(kernel.results(endNs), endNs / 1e9);
}

/** The first token ends the first iteration of the service. */
function outcome(results: KernelResults, seconds: number): QueueOutcome {
  const { ttft, e2e, counts, turnSecondsInSystem } = results;
  return {
    wait: (ttft.mean - ITERATION_NS / 1e9) / MEAN_SERVICE_SECONDS,
    meanTurns: turnSecondsInSystem / seconds,
    arrivedTimesStay: (counts.arrived * e2e.mean) / seconds,
  };
}

/** Whole and at least 1, of mean `MEAN_TOKENS`: the discrete twin of the exponential. */
const geometric = (exponential: number): number =>
  Math.floor(exponential / -Math.log(1 - 1 / MEAN_TOKENS)) + 1;
