import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  foresee,
  type NodeClaim,
  type NodePod,
  otherwise,
} from "../../../src/adapters/karpenter/claims.ts";

interface Drawn {
  readonly claim: "node" | "victim" | "launched" | "unlaunched" | "terminating";
  readonly pods: readonly PodKind[];
  readonly tie: number;
}

type PodKind = "engine" | "daemon" | "guarded";

const weighted = <T>(...choices: readonly (readonly [number, T])[]) =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** Mostly pools in which a rack may go: victims empty, the others at work. */
const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    claim: weighted<Drawn["claim"]>(
      [8, "node"],
      [6, "victim"],
      [1, "launched"],
      [1, "unlaunched"],
      [1, "terminating"],
    ),
    tie: fc.nat({ max: 9 }),
  })
  .chain(({ claim, tie }) => {
    const kind = claim === "victim" ? 1 : 8;
    const pods = weighted<PodKind>([kind, "engine"], [4, "daemon"], [2, "guarded"]);
    const minLength = claim === "node" ? 1 : 0;
    return fc.record({
      claim: fc.constant(claim),
      pods: fc.array(pods, { minLength, maxLength: 2 }),
      tie: fc.constant(tie),
    });
  });

interface Standing extends NodeClaim {
  readonly victim: boolean;
  readonly pods: readonly NodePod[];
  readonly tie: number;
}

const standing = ({ claim, pods, tie }: Drawn, i: number): Standing => ({
  name: `claim-${i}`,
  node: claim === "launched" || claim === "unlaunched" ? "" : `node-${i}`,
  launched: claim !== "unlaunched",
  terminating: claim === "terminating",
  problem: "",
  victim: claim === "victim",
  pods: pods.map((kind, p) => ({
    name: `agents/pod-${i}-${p}`,
    daemon: kind !== "engine",
    doNotDisrupt: kind === "guarded",
  })),
  tie,
});

/** Empty for certain, for certain not, or as Karpenter sees an annotation that may have run out. */
const isEmpty = ({ node, pods, tie }: Standing): boolean =>
  node === "" || pods.every(({ daemon, doNotDisrupt }) => daemon && (!doNotDisrupt || tie > 4));

/** getDeprovisioningCandidates: unlaunched, then empty, then by cost; ties as drawn. */
function taken(claims: readonly Standing[], count: number): readonly Standing[] {
  const tier = (claim: Standing): number => {
    if (!claim.launched) return 0;
    return isEmpty(claim) ? 1 : 2;
  };
  return claims
    .filter(({ terminating }) => !terminating)
    .toSorted((a, b) => tier(a) - tier(b) || a.tie - b.tie)
    .slice(0, count);
}

describe("what Karpenter deletes", () => {
  it("is the rack, and besides it only what is no node, whenever the count may fall", () => {
    let fell = 0;
    const property = fc.property(
      fc.array(drawn, { minLength: 2, maxLength: 7 }),
      weighted([10, 0], [1, -1], [1, 1]),
      (draws, off) => {
        const claims = draws.map(standing);
        const alive = claims.filter(({ terminating }) => !terminating);
        const victims = claims.filter(({ victim }) => victim);
        const from = alive.length;
        const to = from - victims.length - alive.filter(({ node }) => node === "").length + off;
        fc.pre(to > 0 && to < from);
        const refs = victims.map(({ node }) => ({ name: node, uid: `uid-of-${node}` }));
        const foreseen = foresee(claims, { victims: refs, from, to });
        fc.pre(foreseen.kind === "If");
        const podsOn = (node: string) => claims.find((claim) => claim.node === node)?.pods ?? [];
        const contradictions = [
          ...foreseen.empty.map((node) => otherwise(node, podsOn(node), true)),
          ...foreseen.busy.map((node) => otherwise(node, podsOn(node), false)),
        ];
        fc.pre(contradictions.every((text) => text === ""));
        fell += 1;
        const gone = taken(claims, from - to).filter(({ node }) => node !== "");
        expect(gone.map(({ name }) => name).toSorted()).toEqual(
          victims.map(({ name }) => name).toSorted(),
        );
      },
    );
    fc.assert(property, { numRuns: 1_000, maxSkipsPerRun: 1_000 });
    expect(fell).toBe(1_000);
  });
});
