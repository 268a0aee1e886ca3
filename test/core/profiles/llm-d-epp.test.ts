import { describe, expect, it } from "vitest";
import { LLM_D_EPP } from "../../../src/core/profiles/llm-d-epp.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { plain, readStored } from "./read-stored.ts";

const fleet = aFleet({ edge: LLM_D_EPP.edge });
const pods = (...names: readonly string[]) =>
  ["vllm/serve-0", ...names].map((pod) => ({ pod, namespace: "agents" }));

describe("the endpoint picker of llm-d", () => {
  it.each([
    ["under its present name", "llm-d-epp/epp-0"],
    ["under that of releases between", "llm-d-epp/router-0"],
    ["under that of the inference extension", "llm-d-epp/before-0"],
  ])("counts the model's arrivals once, %s", (_, pod) => {
    const { signals } = readStored(fleet, pods(pod));
    expect(plain(signals.arrivals)).toBeCloseTo(3 + 2, 9);
  });

  it.each(["llm-d-epp/epp-0", "llm-d-epp/router-0"])(
    "adds the turns that it holds back to those that wait in engines, none twice: %s",
    (pod) => {
      const { signals } = readStored(fleet, pods(pod));
      // 13 in the engine; 14 and 6 here, under two names; its average of engines' queues is theirs.
      expect(plain(signals.waitingTurns)).toBe(13 + 14 + 6);
    },
  );

  it("adds none where flow control is off", () => {
    const { signals } = readStored(fleet, pods("llm-d-epp/before-0"));
    expect(plain(signals.waitingTurns)).toBe(13);
  });

  it("leaves waiting absent while no engine shows any", () => {
    const { signals } = readStored(fleet, [{ pod: "llm-d-epp/epp-0", namespace: "agents" }]);
    expect(signals.waitingTurns).toMatchObject({ kind: "absent", problem: "empty" });
  });

  it("is absent before the first turn, and says which series is", () => {
    expect(readStored(fleet, pods()).signals.arrivals).toMatchObject({
      problem: "empty",
      detail: expect.stringContaining("llm_d_epp_request_total"),
    });
  });
});
