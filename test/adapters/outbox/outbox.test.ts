import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeliveryOutcome, outbox } from "../../../src/adapters/outbox/outbox.ts";
import { type Delivery, tryAgain } from "../../../src/adapters/outbox/post.ts";
import { virtualTimers } from "../../support/virtual-timers.ts";

interface Item {
  readonly id: number;
  readonly size: number;
}

const DELIVERED: Delivery = { kind: "Delivered" };
const REFUSED: Delivery = { kind: "Refused", why: "HTTP 400" };
const QUEUE_SIZE_MAX = 10;
const BATCH_SIZE_MAX = 4;

type Answer = (batch: readonly Item[]) => Delivery | Promise<Delivery>;

/** A queue of at most 10, sent by 4, to a receiver that answers so. */
function anOutbox(answer: Answer, isStale: (item: Item) => boolean = () => false) {
  const timers = virtualTimers();
  const sent: number[][] = [];
  const warnings: string[] = [];
  const outcomes: Record<DeliveryOutcome, number> = {
    delivered: 0,
    retried: 0,
    refused: 0,
    dropped: 0,
  };
  const queue = outbox<Item>({
    to: "receiver",
    timers,
    warn: (message) => warnings.push(message),
    sizeOf: ({ size }) => size,
    queueSizeMax: QUEUE_SIZE_MAX,
    batchSizeMax: BATCH_SIZE_MAX,
    isStale,
    send: async (batch) => {
      sent.push(batch.map(({ id }) => id));
      return answer(batch);
    },
    onOutcome: (outcome, items) => {
      outcomes[outcome] += items;
    },
  });
  return { queue, timers, sent, warnings, outcomes };
}

const items = (...sizes: readonly number[]): readonly Item[] =>
  sizes.map((size, id) => ({ id, size }));

const NEVER: Answer = () => new Promise<Delivery>(() => undefined);

describe("an outbox", () => {
  it("sends as many at once as a request may carry, a larger one alone", async () => {
    const { queue, timers, sent } = anOutbox(() => DELIVERED);
    for (const item of items(1, 2, 2, 5)) queue.offer(item);
    await timers.settle();
    expect(sent).toEqual([[0], [1, 2], [3]]);
  });

  it("drops what waited longest, not what is on its way, and says it once", async () => {
    const { queue, timers, outcomes, warnings } = anOutbox(NEVER);
    for (const item of items(4, 4, 4, 4)) queue.offer(item);
    await timers.settle();
    expect([queue.waiting(), outcomes.dropped]).toEqual([2, 2]);
    expect(warnings).toEqual(["receiver: the queue is full, items are lost"]);
  });

  it("drops the new one where all else is on its way", () => {
    const { queue, outcomes } = anOutbox(NEVER);
    for (const item of items(10, 1)) queue.offer(item);
    expect([queue.waiting(), outcomes.dropped]).toEqual([1, 1]);
  });

  it("leaves a receiver alone for twice as long each time, five minutes at most", async () => {
    const { queue, timers, sent } = anOutbox(() => tryAgain("HTTP 503"));
    queue.offer({ id: 0, size: 1 });
    const perHour: number[] = [];
    for (let hour = 0; hour < 2; hour += 1) {
      const before = sent.length;
      await timers.advance(3_600_000);
      perHour.push(sent.length - before);
    }
    // At half-way jitter: after 0.75, 1.5, ... 192, then every 225 s.
    expect(perHour).toEqual([23, 16]);
  });

  it("does not send what is too old", async () => {
    const { queue, timers, sent, outcomes } = anOutbox(
      () => DELIVERED,
      ({ id }) => id < 2,
    );
    for (const item of items(1, 1, 1)) queue.offer(item);
    await timers.settle();
    expect([sent, outcomes.dropped]).toEqual([[[2]], 2]);
  });

  it("tries once more when stopped, then takes no more", async () => {
    const { queue, timers, sent, outcomes } = anOutbox(() => tryAgain("HTTP 503"));
    queue.offer({ id: 0, size: 1 });
    await timers.settle();
    await queue.stop();
    queue.offer({ id: 1, size: 1 });
    expect([sent.length, outcomes.dropped, queue.waiting()]).toEqual([2, 2, 0]);
  });

  it("neither loses nor doubles an item, keeps their order and its bound", async () => {
    const offers = fc.array(fc.record({ size: fc.integer({ min: 1, max: 6 }), wait: fc.nat(3) }));
    const answers = fc.array(fc.constantFrom(DELIVERED, REFUSED, tryAgain("HTTP 429", 2_000)));
    await fc.assert(
      fc.asyncProperty(offers, answers, async (steps, given) => {
        const left = [...given];
        const taken: number[] = [];
        const { queue, timers, outcomes } = anOutbox((batch) => {
          const answer = left.shift() ?? DELIVERED;
          if (answer.kind !== "TryAgain") taken.push(...batch.map(({ id }) => id));
          return answer;
        });
        for (const [id, { size, wait }] of steps.entries()) {
          queue.offer({ id, size });
          expect(queue.waiting()).toBeLessThanOrEqual(QUEUE_SIZE_MAX);
          await timers.advance(wait * 1_000);
        }
        await timers.runUntil(queue.stop());
        expect(outcomes.delivered + outcomes.refused + outcomes.dropped).toBe(steps.length);
        expect(taken).toEqual([...new Set(taken)].sort((a, b) => a - b));
        expect(outcomes.delivered + outcomes.refused).toBe(taken.length);
      }),
      { numRuns: 60 },
    );
  });
});
