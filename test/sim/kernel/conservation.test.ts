import { describe, expect, it } from "vitest";
import { checkConservation } from "../../../src/sim/kernel/conservation.ts";
import { CONTEXT, DECODERS, QUEUE_LENGTH, RUNNERS } from "../../../src/sim/kernel/replicas.ts";
import { LIVE } from "../../../src/sim/kernel/session-slots.ts";
import { loneTurns, smallParts } from "../../support/small-fleet.ts";

/** One turn in the queue of the only replica, whose id is 0. */
function queued() {
  const parts = smallParts(loneTurns([[0, 10, 3]]));
  const { state, feed, arrivals, gateway } = parts;
  const replica = state.replicas.add("Aggregated");
  state.timers.add(replica);
  state.caches.addReplica(replica, 100);
  state.router.addReplica(replica);
  gateway.open(replica);
  feed.startDue();
  arrivals.arriveFirst();
  gateway.joinNext();
  return parts;
}

describe("conservation", () => {
  it("holds with a turn in the queue, and once it runs", () => {
    const { state, starts } = queued();
    expect(() => checkConservation(state)).not.toThrow();
    starts.begin(0);
    expect(() => checkConservation(state)).not.toThrow();
  });

  it.each([
    ["queued", QUEUE_LENGTH],
    ["running", RUNNERS],
    ["decoding", DECODERS],
    ["context", CONTEXT],
  ])("is broken when a replica miscounts what is %s", (what, word) => {
    const { state } = queued();
    state.replicas.words[word] = 7;
    expect(() => checkConservation(state)).toThrow(`INV-1: replica 0: ${what}`);
  });

  it("is broken when private tokens leak", () => {
    const { state } = queued();
    state.caches.grow(0, 1);
    expect(() => checkConservation(state)).toThrow("private tokens: counted 1, found 0");
  });

  it("is broken when a turn is lost, or a session miscounts its turns", () => {
    const { state } = queued();
    state.sessions.words[LIVE] = 2;
    expect(() => checkConservation(state)).toThrow("turns of session 0");
    const { state: other } = queued();
    other.turns.give(0);
    expect(() => checkConservation(other)).toThrow("turns in flight: counted 1, found 0");
  });
});
