import { expect, it } from "vitest";
import { reason } from "../../../src/core/reasons.ts";
import { replicaActions } from "../../../src/core/workloads/replica-actions.ts";
import { CODER } from "../../support/builders/observed.ts";
import { aSized, anObject } from "../../support/builders/workloads.ts";

const why = reason("units-follow");
const change = (name: string, part: string, object = anObject(0)) => ({
  workload: aSized({ name, part }),
  object,
  to: 8,
  reason: why,
});

it("roles of one object go into one write, other objects into their own", () => {
  const other = anObject(4, {}, "other");
  const changes = [change("p", "prefill"), change("d", "decode"), change("x", "solo", other)];
  expect(replicaActions(changes, { fleet: CODER })).toMatchObject([
    {
      uid: "uid-of-engine",
      intent: "agents/coder/Deployment/engine",
      changes: [
        { workload: "p", part: "prefill", from: 0, to: 8 },
        { workload: "d", part: "decode", from: 0, to: 8 },
      ],
    },
    { uid: "uid-of-other", changes: [{ workload: "x", from: 4, to: 8 }] },
  ]);
});

it("those that lead a drain go by its name, so that its eviction waits for them", () => {
  const [action] = replicaActions([change("p", "prefill")], { fleet: CODER, intent: "in-1" });
  expect(action?.intent).toBe("in-1");
});
