/**
 * The crash matrix on a real API server: a proxy records every distinct write of the controller in
 * a fleet's life, and ends its process by SIGKILL before and after each; the next one resumes.
 * Every death at every call: test/crash, in simulation.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OneFleet } from "../support/crash/one-fleet.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";

const missing = controlPlaneOrSkip(["helm", "prometheus"]);
const MINUTES = 60_000;
/** The process starts anew this often in one life: more would be one long start. */
const KILLS_PER_LIFE = 24;
/** Of the beginning, when half of the writes are met: the lives have their own to come. */
const KILLS_AT_START = 10;
/** Lives after which every distinct write must have been met twice. */
const LIVES_AT_MOST = 8;

/**
 * One rack came and that one left again, by two writes of the count, whoever died on the way; the
 * units of every workload followed.
 */
const THE_END = {
  targetRacks: 1,
  countWrites: 2,
  racks: 1,
  cordoned: 0,
  unrouted: 0,
  marked: 0,
  units: [1, 1, 1],
  decisions: ["Out Done", "In Cancelled", "In Done"],
  moves: ["+", "-"],
  lostPods: 0,
};

/** Among them one of each port that writes: an empty list would be covered as well. */
const SEEN = [
  "POST scaledecisions",
  "POST pods/eviction",
  "PUT configmaps",
  "PATCH nodepools /spec/targetRacks",
  "PATCH pods -/metadata/labels /metadata/annotations",
  "PATCH pods -/metadata/annotations /metadata/labels",
  "PATCH pods /metadata/annotations",
  "PATCH pods -/metadata/annotations",
  "PATCH deployments/scale /spec/replicas",
  "PATCH leaderworkersets/scale /spec/replicas",
  "PATCH disaggregatedsets /spec/roles/0/spec/replicas",
];

describe.skipIf(missing !== "")(`a controller that dies at every write ${missing}`, () => {
  let fleet: OneFleet;

  beforeAll(async () => {
    fleet = await OneFleet.start(KILLS_AT_START);
  }, 6 * MINUTES);
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await fleet?.everything());
  });
  afterAll(() => fleet?.stop());

  const uncovered = (): readonly string[] =>
    fleet.writes.flatMap((write) =>
      ["before", "after"].flatMap((moment) =>
        fleet.kills.some((kill) => kill.write === write && kill.moment === moment)
          ? []
          : [`${moment} ${write}`],
      ),
    );

  it(
    "ends every life the same, and no distinct write is left without both deaths",
    async () => {
      for (
        let life = 1;
        life <= LIVES_AT_MOST && (life === 1 || uncovered().length > 0);
        life += 1
      ) {
        const died = fleet.kills.length;
        const started = performance.now();
        const end = await fleet.live(KILLS_PER_LIFE);
        const struck = fleet.kills.slice(died);
        console.log(`life ${life}: ${struck.length} deaths, ${seconds(started)} s`);
        expect(end, `after deaths ${JSON.stringify(struck)}`).toEqual(THE_END);
      }
      console.log(`${fleet.writes.length} distinct writes:\n${fleet.writes.join("\n")}`);
      expect(uncovered()).toEqual([]);
      for (const write of SEEN) {
        expect(fleet.writes, "the proxy sees writes").toContain(write);
      }
    },
    15 * MINUTES,
  );
});

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);
