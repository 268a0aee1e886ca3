/** The ConfigMap by which a person is asked for racks, and the nodes that answer. */
import type { CompiledPool } from "../../core/compiled.ts";
import { domainsOf } from "../../core/racks/domains.ts";
import { terminatingRefusals } from "../kubernetes/count-refusals.ts";
import { type Json, metaOf, stringAt } from "../kubernetes/decode.ts";
import { isGitOps, ownersAt } from "../kubernetes/managed-fields.ts";

/** What was asked for last. */
export interface Asked {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly racks: number;
  readonly lastWriter: string;
}

/** The ask, or every reason why it must not be changed. */
export type DecodedAsk =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly refusals: readonly string[] };

const RACKS = ["data", "racks"] as const;

/** @param where "RackPool gb200-a spec.backend: ConfigMap breakwater/breakwater-pool-gb200-a" */
export function decodeAsk(object: Json, where: string): DecodedAsk {
  const { uid, resourceVersion } = metaOf(object);
  const owners = ownersAt(object, RACKS);
  const written = stringAt(object, ...RACKS);
  const gitOps = owners.find(({ manager }) => isGitOps(manager));
  const refusals = [...terminatingRefusals(object, where)];
  if (gitOps !== undefined) {
    refusals.push(
      `${where} data.racks: found it owned by ${gitOps.manager}, expected no GitOps owner: it ` +
        "would be set back to what Git says; take the ConfigMap out of Git",
    );
  }
  if (!/^\d{1,6}$/.test(written)) {
    refusals.push(`${where} data.racks: found "${written}", expected a count of racks; correct it`);
  }
  if (refusals.length > 0) return { ok: false, refusals };
  const lastWriter = owners[0]?.manager ?? "";
  return { ok: true, asked: { uid, resourceVersion, racks: Number(written), lastWriter } };
}

/** @returns racks of which a node is there, whatever its state */
export function racksPresent(nodes: readonly Json[], { rack }: CompiledPool): number {
  const labelled = nodes.map((node) => ({ labels: metaOf(node).labels }));
  return new Set(domainsOf(rack, labelled).filter((domain) => domain !== null)).size;
}
