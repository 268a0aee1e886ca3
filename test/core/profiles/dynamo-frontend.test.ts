import { describe, expect, it } from "vitest";
import { DYNAMO_FRONTEND } from "../../../src/core/profiles/dynamo-frontend.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { plain, readStored } from "./read-stored.ts";

const fleet = aFleet({ edge: DYNAMO_FRONTEND.edge });
const pods = (...names: readonly string[]) =>
  ["vllm/serve-0", ...names].map((pod) => ({ pod, namespace: "agents" }));

describe("Dynamo's frontend before engines that show themselves", () => {
  it("counts starts of the fleet's model, which it calls model and not model_name", () => {
    const { signals } = readStored(fleet, pods("dynamo/frontend-0"));
    expect(plain(signals.arrivals)).toBeCloseTo(5, 9);
  });

  it("adds ends and growth where a release counts no starts", () => {
    const { signals } = readStored(fleet, pods("dynamo/old-0"));
    expect(plain(signals.arrivals)).toBeCloseTo(2 + 6 / 30, 9);
  });

  it("changes no other signal: its stages name no model", () => {
    const { signals } = readStored(fleet, pods("dynamo/frontend-0"));
    expect(plain(signals.waitingTurns)).toBe(13);
    expect(plain(signals.runningTurns)).toBe(7);
  });
});
