/** Which NVLink domain a node is in, by its labels. */
import type { CompiledPool } from "../compiled.ts";

type Labels = Readonly<Record<string, string>>;

/** Compute trays of one NVL72 domain: a pool whose racks have fewer is sold by partition. */
const DOMAIN_NODES = 18;

/**
 * `<ClusterUUID>.<CliqueID>` of `nvidia.com/gpu.clique`: domain and partition of it (NVIDIA
 * dra-driver, computedomain.go). Other values are taken as they are.
 */
const CLIQUE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.\d+$/i;
/** What the driver reports before the fabric is attached: no domain. */
const NO_CLUSTER = /^[0.-]+$/;

/**
 * The first of the pool's keys that a node carries names its domain. A node that carries only a
 * later key is in the domain that its neighbours of the same value name with an earlier one, if
 * they agree on one: providers label some nodes of a rack before others.
 *
 * A ClusterUUID may hold several cliques. Where racks are whole NVL72 domains they are one rack, as
 * they are bought and repaired together; where a rack has fewer nodes the pool is sold by partition
 * (an UltraServer of 9 is half a ClusterUUID), and the clique is the rack.
 *
 * @returns per node its domain, null where no key says
 */
export function domainsOf(
  { domainKeys, nodes: rackNodes }: CompiledPool["rack"],
  nodes: readonly { readonly labels: Labels }[],
): readonly (string | null)[] {
  const whole = rackNodes >= DOMAIN_NODES;
  const named = nodes.map(({ labels }) =>
    domainKeys.flatMap((key) => {
      const value = valueOf(labels[key] ?? "", whole);
      return value === "" ? [] : [{ key, value }];
    }),
  );
  const aliases = aliasesOf(named, domainKeys[0]);
  return named.map(([first]) => {
    if (first === undefined) return null;
    return aliases.get(`${first.key}=${first.value}`) ?? first.value;
  });
}

interface Named {
  readonly key: string;
  readonly value: string;
}

function valueOf(label: string, whole: boolean): string {
  if (NO_CLUSTER.test(label)) return "";
  return whole ? (CLIQUE.exec(label)?.[1] ?? label) : label;
}

/** `key=value` of later keys → what the nodes that carry both name first; null: they disagree. */
function aliasesOf(
  nodes: readonly (readonly Named[])[],
  firstKey: string | undefined,
): ReadonlyMap<string, string | null> {
  const aliases = new Map<string, string | null>();
  for (const [first, ...later] of nodes) {
    if (first?.key !== firstKey || first === undefined) continue;
    for (const { key, value } of later) {
      const alias = `${key}=${value}`;
      const known = aliases.get(alias);
      aliases.set(alias, known === undefined || known === first.value ? first.value : null);
    }
  }
  return aliases;
}
