/** The people who are asked to confirm decisions: late, refusing, or not there. */
import type { ScenarioPeople } from "../config/compiled-scenario.ts";
import type { Approval, Intent } from "../core/observation.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import { RandomStream } from "./random.ts";

export interface PeopleOptions {
  readonly people: ScenarioPeople;
  readonly timeline: Timeline;
  readonly seed: number;
}

export class People {
  private readonly options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.options = options;
  }

  /**
   * Asks as many people as the decision needs; those who answer do so on the world's time. Each
   * question has a stream of its own, so that one more or less changes no other answer.
   */
  ask(intent: Intent, answer: (approval: Approval) => void): void {
    const { people, timeline, seed } = this.options;
    for (let person = 1; person <= intent.requiredApprovals; person += 1) {
      const stream = new RandomStream(seed, `people/${intent.name}/${person}`);
      const absent = stream.uniform() < people.absent;
      const refuses = stream.uniform() < people.refuse;
      const delayMs = people.approvalDelay === null ? 0 : stream.duration(people.approvalDelay);
      if (absent) continue;
      const approval: Approval = {
        by: `person-${person}`,
        verdict: refuses ? "Reject" : "Approve",
        reason: "",
      };
      timeline.schedule(timeline.now() + delayMs, PRIORITY.people, () => answer(approval));
    }
  }
}
