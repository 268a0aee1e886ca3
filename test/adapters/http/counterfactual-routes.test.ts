import { describe, expect, it } from "vitest";
import { createView } from "../../../src/adapters/http/view.ts";
import { decide } from "../../../src/core/decide.ts";
import { millis } from "../../../src/core/units.ts";
import { aDecidedOn } from "../../support/builders/decided-on.ts";
import { anApp } from "./support.ts";

const world = aDecidedOn({ turnsPerSecond: 30 });
const view = createView();
const { decision } = decide(world.group, world.observation, world.memory);
view.tick({ ...world, decision, actions: [], durationMs: millis(1) });
const app = anApp({ view });
const get = (path: string, of = app) =>
  of.inject({ url: `/api/v1/${path}`, headers: { host: "localhost:8080" } });

describe("questions about the last decision", () => {
  it("what if: one assumption, or several", async () => {
    const one = await get("what-if?fleet=agents/coder&assume=minRacks%3D9");
    expect(one.json()).toMatchObject({
      fleet: "agents/coder",
      assumptions: ["minRacks=9"],
      decided: { wantRacks: 7 },
      otherwise: { wantRacks: 9 },
    });
    const two = await get("what-if?fleet=agents/coder&assume=minRacks%3D9&assume=demand%3Dx0.5");
    expect(two.json()).toMatchObject({ assumptions: ["minRacks=9", "demand=x0.5"] });
    expect([one.statusCode, two.statusCode]).toEqual([200, 200]);
  });

  it("why not another number, and what would flip it", async () => {
    expect((await get("why-not?fleet=agents/coder&racks=6")).json()).toMatchObject({
      racks: 6,
      wantRacks: 7,
      sentences: [expect.stringContaining("With 6 racks")],
    });
    const { flips } = (await get("flips?fleet=agents/coder")).json();
    expect(flips).toContainEqual({
      assumption: expect.stringMatching(/^demand=x1\.\d\d$/),
      wantRacks: 8,
    });
  });

  it.each([
    ["what-if?fleet=agents/coder&assume=hitRate%3D90", 'assume: hitRate: found "90"'],
    ["what-if?fleet=agents/coder&assume=racks%3D8", 'assume: found "racks=8"'],
    ["what-if?fleet=agents/coder", "assume"],
    ["why-not?fleet=agents/coder&racks=-1", "racks"],
    ["why-not?racks=3", "fleet"],
  ])("%s is refused with what was expected", async (path, text) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toContain(text);
  });

  it.each(["what-if?assume=demand%3Dx2&", "why-not?racks=3&", "flips?"])(
    "%s about a fleet that is not known names those that are",
    async (path) => {
      const answer = await get(`${path}fleet=agents/x`);
      expect([answer.statusCode, answer.json()]).toEqual([
        404,
        { error: 'fleet: found "agents/x", expected agents/coder' },
      ]);
    },
  );

  it("before the first tick there is nothing to decide again", async () => {
    const answer = await get("flips?fleet=agents/coder", anApp({ view: createView() }));
    expect([answer.statusCode, answer.json().error]).toEqual([
      404,
      'fleet: found "agents/coder", expected a fleet, and none was decided on yet',
    ]);
  });
});
