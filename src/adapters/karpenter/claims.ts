/** NodeClaims of a static NodePool, and which of them Karpenter would delete. */
import type { NodeRef } from "../../core/decision.ts";
import type { PoolCount } from "../../core/observation.ts";
import { classifyStock } from "../../core/racks/stock.ts";
import {
  booleanAt,
  conditionsOf,
  isJson,
  type Json,
  listAt,
  metaOf,
  stringAt,
} from "../kubernetes/decode.ts";

export interface NodeClaim {
  readonly name: string;
  /** "" until the node has registered. */
  readonly node: string;
  readonly launched: boolean;
  readonly terminating: boolean;
  /** What launching it said, "" when it launched or says nothing. */
  readonly problem: string;
}

/** A pod as far as it decides whether its node is empty. */
export interface NodePod {
  /** `namespace/name` */
  readonly name: string;
  readonly daemon: boolean;
  readonly doNotDisrupt: boolean;
}

/** @throws PortError `bad-answer` for what cannot be an object of the API */
export function toNodeClaim(raw: Json): NodeClaim {
  const { name, terminating } = metaOf(raw);
  const launch = conditionsOf(raw).find(({ type }) => type === "Launched");
  const failed = launch !== undefined && launch.status !== "True";
  return {
    name,
    node: stringAt(raw, "status", "nodeName"),
    launched: stringAt(raw, "status", "providerID") !== "",
    terminating,
    problem: failed ? `${launch.reason}: ${launch.message}` : "",
  };
}

/** @throws PortError `bad-answer` for what cannot be an object of the API */
export function toNodePod(raw: Json): NodePod {
  const { namespace, name, annotations } = metaOf(raw);
  const owners = listAt(raw, "metadata", "ownerReferences").filter(isJson);
  return {
    name: `${namespace}/${name}`,
    daemon: owners.some(
      (owner) => booleanAt(owner, "controller") && stringAt(owner, "kind") === "DaemonSet",
    ),
    doNotDisrupt: "karpenter.sh/do-not-disrupt" in annotations,
  };
}

export interface Shrink {
  /** The nodes of the emptied rack. */
  readonly victims: readonly NodeRef[];
  /** Nodes before and after. */
  readonly from: number;
  readonly to: number;
}

export type Foreseen =
  /** Exactly the rack goes if the first are empty in Karpenter's eyes and the others are not. */
  | { readonly kind: "If"; readonly empty: readonly string[]; readonly busy: readonly string[] }
  | { readonly kind: "Refuse"; readonly text: string };

const refuse = (text: string): Foreseen => ({ kind: "Refuse", text });

/**
 * What Karpenter deletes when the count falls cannot be told to it, but it can be foreseen
 * (pkg/controllers/static/deprovisioning/controller.go, v1.14): first NodeClaims without a provider
 * id, then nodes that are empty, those not registered yet among them, then nodes by the cost of
 * disrupting them. do-not-disrupt on a NodeClaim or Node is not looked at. Deleting NodeClaims
 * ourselves is no way out: before the count falls each would be replaced at once, and after it
 * Karpenter has chosen already and would replace ours.
 */
export function foresee(claims: readonly NodeClaim[], { victims, from, to }: Shrink): Foreseen {
  const alive = claims.filter(({ terminating }) => !terminating);
  if (alive.length !== from) {
    const found = `found ${alive.length} NodeClaims that are not being deleted, expected ${from}`;
    return refuse(`${found}: an earlier change is still being carried out`);
  }
  const wanted = new Set(victims.map(({ name }) => name));
  const nodes = alive.flatMap(({ node }) => (node === "" ? [] : [node]));
  const missing = [...wanted].filter((name) => !nodes.includes(name));
  if (missing.length > 0) return refuse(`found no NodeClaim of node ${missing.join(", ")}`);
  const nodeless = alive.length - nodes.length;
  const units = from - to;
  if (wanted.size + nodeless !== units) {
    return refuse(
      `the count would go down by ${units}, the rack has ${wanted.size} nodes, and ${nodeless} ` +
        "NodeClaims are no nodes yet: Karpenter takes those first, and by itself what is missing",
    );
  }
  return { kind: "If", empty: [...wanted], busy: nodes.filter((node) => !wanted.has(node)) };
}

/**
 * @param empty whether the node is to be one that goes. DaemonSets' pods do not count unless they
 *   ask not to be disrupted; pods that have ended do.
 * @returns why that is not so, "" when it is
 */
export function otherwise(node: string, pods: readonly NodePod[], empty: boolean): string {
  const kept = pods.find(({ daemon, doNotDisrupt }) => !daemon || doNotDisrupt);
  if (empty && kept !== undefined) {
    return `node ${node} still has pod ${kept.name}: Karpenter could take another node for it`;
  }
  // Whether a DaemonSet's do-not-disrupt is in force depends on its age: it is not relied on.
  if (empty || pods.some(({ daemon }) => !daemon)) return "";
  return `node ${node} is empty as well: Karpenter could take it for one of the rack`;
}

/** @returns what NodeClaims that did not launch say, or failing that what events said */
export function stockOf(
  claims: readonly NodeClaim[],
  events: readonly string[],
): PoolCount["stock"] {
  const texts = [...claims.map(({ problem }) => problem), ...events];
  const problems = texts.flatMap((text) => (text === "" ? [] : (classifyStock(text) ?? [])));
  return problems.find((problem) => problem !== "other") ?? problems[0] ?? "unknown";
}
