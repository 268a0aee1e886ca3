/** The object whose count is the size of a simulated pool, behind the port. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { Refusal } from "../../core/observation.ts";
import { rackCount } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type {
  CountChange,
  PoolReading,
  RackBackend,
  WriteOutcome,
} from "../../ports/rack-backend.ts";
import type { RackPool } from "../rack-pool.ts";
import type { World } from "../world.ts";

/** The field manager of our own writes. */
export const CONTROLLER_NAME = "breakwater";
/** Field managers of GitOps tools: they would write their count back. */
const GIT_MANAGERS: ReadonlySet<string> = new Set(["argocd-controller", "kustomize-controller"]);

export function simulatedRackBackend(world: World): RackBackend {
  return {
    kind: "simulated",
    read: (pool) => onPool(world, pool, (found) => reading(pool, found)),
    write: (pool, change) => onPool(world, pool, (found) => write(pool, found, change)),
    // The simulated provider takes empty nodes first and knows no marks.
    spare: (pool) => onPool(world, pool, () => undefined),
  };
}

function onPool<T>(
  world: World,
  { name }: CompiledPool,
  operation: (found: RackPool) => T,
): Promise<T> {
  const found = world.pool(name);
  if (found !== undefined) return Promise.resolve(operation(found));
  const message = `reading the count of pool ${name}: the simulated world has no such pool`;
  return Promise.reject(new PortError("not-found", message));
}

function refusalOf({ backend }: CompiledPool, { object }: RackPool): Refusal | null {
  const { kind, name } = backend.target;
  if (!object.present()) {
    return { code: "pool-unknown", text: `found no ${kind} ${name}, expected one.` };
  }
  const { lastWriter } = object.state();
  if (!GIT_MANAGERS.has(lastWriter)) return null;
  const found = `${kind} ${name}: spec.racks is owned by ${lastWriter}`;
  return { code: "pool-refused", text: `${found}, expected a count that no Git tool writes.` };
}

function reading(compiled: CompiledPool, pool: RackPool): PoolReading {
  const refusal = refusalOf(compiled, pool);
  if (refusal !== null) return { count: null, refusals: [refusal] };
  const { uid, resourceVersion, desired, lastWriter } = pool.object.state();
  const { current, granted, stock } = pool.supply();
  return {
    count: {
      uid,
      resourceVersion,
      lastWriter,
      desired: rackCount(desired),
      current: rackCount(current),
      granted: rackCount(granted),
      stock,
    },
    refusals: [],
  };
}

function write(
  compiled: CompiledPool,
  pool: RackPool,
  { uid, from, to }: CountChange,
): WriteOutcome {
  const refusal = refusalOf(compiled, pool);
  if (refusal !== null) return { kind: "Conflict", found: refusal.text };
  const found = pool.object.state();
  if (found.uid !== uid) return { kind: "Conflict", found: `uid is ${found.uid}, expected ${uid}` };
  if (found.desired === to) return { kind: "AlreadyDone" };
  if (found.desired !== from) {
    return { kind: "Conflict", found: `the count is ${found.desired}, expected ${from}` };
  }
  pool.setDesired(to, CONTROLLER_NAME);
  return { kind: "Written" };
}
