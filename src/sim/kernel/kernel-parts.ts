import { Clients } from "./clients.ts";
import type { KernelOptions } from "./contract.ts";
import { FleetState } from "./fleet-state.ts";
import { Gateway } from "./gateway.ts";
import { IterationEnd } from "./iteration-end.ts";
import { IterationStart } from "./iteration-start.ts";
import { checkOptions } from "./kernel-options.ts";
import { Sequences } from "./sequences.ts";
import { SessionFeed } from "./session-feed.ts";
import { StretchClock } from "./stretch-clock.ts";
import { TurnArrivals } from "./turn-arrivals.ts";
import { TurnEnds } from "./turn-ends.ts";

/** What a kernel is made of, each part knowing those above it. */
export interface KernelParts {
  readonly state: FleetState;
  readonly turnEnds: TurnEnds;
  readonly sequences: Sequences;
  readonly clock: StretchClock;
  readonly starts: IterationStart;
  readonly ends: IterationEnd;
  readonly gateway: Gateway;
  readonly clients: Clients;
  readonly feed: SessionFeed;
  readonly arrivals: TurnArrivals;
}

/** @returns the parts of a fleet without replicas. @throws RangeError for options out of range */
export function assembleKernel(options: KernelOptions): KernelParts {
  const state = new FleetState(options, checkOptions(options));
  const turnEnds = new TurnEnds(state);
  const sequences = new Sequences(state);
  const clock = new StretchClock(state);
  const starts = new IterationStart(state, sequences, clock);
  const ends = new IterationEnd(state, { clock, sequences, ends: turnEnds });
  const gateway = new Gateway(state, { sequences, clock, ends: turnEnds });
  const clients = new Clients(state, { gateway, sequences, clock, ends: turnEnds });
  const feed = new SessionFeed(state);
  const arrivals = new TurnArrivals(state, { feed, clients, gateway, ends: turnEnds });
  return { state, turnEnds, sequences, clock, starts, ends, gateway, clients, feed, arrivals };
}
