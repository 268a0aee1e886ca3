/** The newest events, in memory. */
import type { ClusterEvent, EventSink } from "../../ports/event-sink.ts";

export interface SimulatedEventSink extends EventSink {
  /** Oldest first. */
  events(): readonly ClusterEvent[];
}

/** Events kept: what a person would scroll through. */
const KEEP_EVENTS = 1_000;

export function simulatedEventSink(): SimulatedEventSink {
  const kept: ClusterEvent[] = [];
  return {
    publish: (event) => {
      kept.push(event);
      if (kept.length > KEEP_EVENTS) kept.shift();
      return Promise.resolve();
    },
    events: () => kept,
  };
}
