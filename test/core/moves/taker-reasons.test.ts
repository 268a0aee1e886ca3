import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PoolProposal } from "../../../src/core/gate/propose.ts";
import { takerReasons } from "../../../src/core/moves/taker-reasons.ts";
import { reason } from "../../../src/core/reasons.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import { rackCount } from "../../../src/core/units.ts";
import { CHAT } from "../../support/builders/moves.ts";
import { CODER, aDrain } from "../../support/builders/observed.ts";

const POOL = "gb200-east";
const aMove = (changes: object = {}) =>
  aDrain({ direction: "Move", taker: CHAT, rack: "rack-1", name: "east-move-1", ...changes });

const proposed = (holds: readonly Reason[], open: PoolProposal["open"] = null): PoolProposal => ({
  pool: POOL,
  fleet: CODER,
  proposal: {
    direction: "In",
    from: rackCount(4),
    to: rackCount(3),
    reason: reason("rack-moves"),
    move: { taker: CHAT, ground: "Spare" },
  },
  passage: { to: rackCount(3), holds, limits: [], approvers: 0, steps: [] },
  open,
  refusals: [],
});
const NOTHING = { proposals: [], intents: [], progress: [] };
const texts = (found: readonly Reason[]) => found.map(({ code, text }) => `${code}: ${text}`);

describe("the fleet that waits for a rack of another one", () => {
  it("is told what holds the giver, by its name, and what holds itself, without", () => {
    const holds = [
      { code: "stabilization", text: "Two minutes to go." },
      { code: "paused", text: `${CHAT}: FleetOverride chat.` },
    ] as const;
    expect(texts(takerReasons(CHAT, { ...NOTHING, proposals: [proposed(holds)] }))).toEqual([
      `stabilization: ${CODER}: Two minutes to go.`,
      "paused: FleetOverride chat.",
    ]);
  });

  it.each([
    ["an approval", { phase: "Pending", requiredApprovals: 2 }, "waits for 2 approvals"],
    ["its drain", { phase: "Executing" }, "Pods are leaving."],
  ] as const)("is told that the move waits for %s", (_, changes, text) => {
    const progress = {
      intent: "east-move-1",
      fleet: CODER,
      pool: POOL,
      state: "Waiting",
      reason: { code: "eject-pace", text: "Pods are leaving." },
    } as const;
    const found = takerReasons(CHAT, {
      ...NOTHING,
      intents: [aMove(changes)],
      progress: [progress],
    });
    expect(texts(found)).toEqual([
      expect.stringMatching(new RegExp(`^rack-comes: .*Rack rack-1 of ${CODER}.*${text}`)),
    ]);
  });

  it("is told of a move that begins with this decision", () => {
    const intent = aMove({ phase: "Approved" });
    const open = { kind: "OpenIntent", intent, reason: intent.reason } as const;
    const found = takerReasons(CHAT, { ...NOTHING, proposals: [proposed([], open)] });
    expect(found.map(({ code }) => code)).toEqual(["rack-comes"]);
  });

  it("is told nothing of moves to others, that are over, or of drains", () => {
    const seen = {
      ...NOTHING,
      proposals: [proposed([reason("paused")])],
      intents: [aMove()],
    };
    expect(takerReasons(CODER, seen)).toEqual([]);
    fc.assert(
      fc.property(
        fc.constantFrom("Done", "Cancelled", "Failed", "Expired", "Rejected", "Superseded"),
        (phase) => {
          const over = { ...NOTHING, intents: [aMove({ phase }), aDrain()] };
          expect(takerReasons(CHAT, over)).toEqual([]);
        },
      ),
    );
  });
});
