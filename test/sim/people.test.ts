import { describe, expect, it } from "vitest";
import type { ScenarioPeople } from "../../src/config/compiled-scenario.ts";
import type { Approval, Intent } from "../../src/core/observation.ts";
import { millis } from "../../src/core/units.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { People } from "../../src/sim/people.ts";
import { anIntent } from "../support/builders/observed.ts";
import { MINUTE, START } from "../support/simulated-world.ts";

const PROMPT: ScenarioPeople = { approvalDelay: null, absent: 0, refuse: 0 };

const aQuestion = (name: string, requiredApprovals = 1): Intent =>
  anIntent({ name, requiredApprovals, phase: "Pending", askedRacks: null });

interface Answer extends Approval {
  readonly intent: string;
  readonly minute: number;
}

/** @returns what people answered to a list of questions asked at once. */
function answersOf(people: Partial<ScenarioPeople>, intents: readonly Intent[]): readonly Answer[] {
  const timeline = new EventQueue(START);
  const asked = new People({ people: { ...PROMPT, ...people }, timeline, seed: 1 });
  const answers: Answer[] = [];
  for (const intent of intents) {
    asked.ask(intent, (approval) => {
      const minute = (timeline.now() - START) / MINUTE;
      answers.push({ ...approval, intent: intent.name, minute });
    });
  }
  timeline.runUntil(START + 10_000 * MINUTE);
  return answers;
}

const MANY = Array.from({ length: 400 }, (_, index) => aQuestion(`q-${index}`));

describe("people", () => {
  it("answer at once unless the scenario says otherwise, as many as are needed", () => {
    expect(answersOf({}, [aQuestion("q", 2)])).toEqual([
      { by: "person-1", verdict: "Approve", reason: "", intent: "q", minute: 0 },
      { by: "person-2", verdict: "Approve", reason: "", intent: "q", minute: 0 },
    ]);
    expect(answersOf({}, [aQuestion("q", 0)])).toEqual([]);
  });

  it("answer late, log-normal between the quantiles given", () => {
    const approvalDelay = { p50Ms: millis(4 * MINUTE), p95Ms: millis(15 * MINUTE) };
    const delays = answersOf({ approvalDelay }, MANY)
      .map(({ minute }) => minute)
      .toSorted((a, b) => a - b);
    expect(delays[200]).toBeGreaterThan(3.4);
    expect(delays[200]).toBeLessThan(4.6);
    expect(delays[380]).toBeGreaterThan(11);
    expect(delays[380]).toBeLessThan(20);
  });

  it("are absent and refuse as often as it says", () => {
    const present = answersOf({ absent: 0.25 }, MANY).length;
    expect(present).toBeGreaterThan(270);
    expect(present).toBeLessThan(330);
    const refused = answersOf({ refuse: 0.25 }, MANY).filter(({ verdict }) => verdict === "Reject");
    expect(refused.length).toBeGreaterThan(70);
    expect(refused.length).toBeLessThan(130);
  });

  it("give the same answer to a question whatever else they are asked", () => {
    const people = {
      approvalDelay: { p50Ms: millis(4 * MINUTE), p95Ms: millis(15 * MINUTE) },
      refuse: 0.5,
    };
    const alone = answersOf(people, [aQuestion("q-7")]);
    const among = answersOf(people, MANY).filter(({ intent }) => intent === "q-7");
    expect(alone).toEqual(among);
  });
});
