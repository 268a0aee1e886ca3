/** Statuses written to the objects. A status that cannot be written is told, never fatal. */
import type { CompiledGroup } from "../core/compiled.ts";
import type { Decision } from "../core/decision.ts";
import type { GroupObservation } from "../core/observation.ts";
import { PortError } from "../ports/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { World } from "./observe.ts";
import { overrideConditions } from "./override-conditions.ts";
import { statusesOf } from "./status.ts";

export async function writeStatuses(
  ports: Ports,
  group: CompiledGroup,
  {
    decision,
    observation,
  }: { readonly decision: Decision; readonly observation: GroupObservation },
): Promise<void> {
  const problems = new Map(
    observation.fleets.flatMap(({ key, problems: [first] }) =>
      first === undefined ? [] : [[key, first] as const],
    ),
  );
  const overrides = new Map(
    observation.fleets.map((fleet) => [fleet.key, fleet.overrides] as const),
  );
  const { fleets, pools } = statusesOf(problems, group, decision, overrides);
  for (const { fleet, status } of fleets) {
    await reported(ports, fleet.key, () => ports.store.writeFleetStatus(fleet, status));
  }
  for (const { pool, status } of pools) {
    await reported(ports, pool.name, () => ports.store.writePoolStatus(pool, status));
  }
}

/** Objects that no group decides on: broken ones, and fleets none of whose pools exist. */
export async function reportUndecided(ports: Ports, world: World): Promise<void> {
  for (const broken of world.desired.broken) {
    await reported(ports, broken.name, () => ports.store.reportBroken(broken));
  }
  const decided = new Set(world.groups.flatMap(({ fleets }) => fleets.map(({ key }) => key)));
  for (const fleet of world.desired.fleets.filter(({ key }) => !decided.has(key))) {
    const drawn = fleet.pools.map(({ name }) => name).join(", ");
    const message =
      `InferenceFleet ${fleet.key}: spec.pools names ${drawn}; no such RackPool exists ` +
      "or could be read. Create it, or name one that exists.";
    const broken = {
      kind: "InferenceFleet" as const,
      namespace: fleet.namespace,
      name: fleet.name,
    };
    await reported(ports, fleet.key, () => ports.store.reportBroken({ ...broken, message }));
  }
}

/** Each override says itself whether it is in force. */
export async function reportOverrides(ports: Ports, { desired, now }: World): Promise<void> {
  for (const asked of desired.overrides) {
    const conditions = overrideConditions(asked, desired, now);
    await reported(ports, asked.override.name, () =>
      ports.store.writeOverrideStatus(asked, conditions),
    );
  }
}

async function reported(ports: Ports, what: string, write: () => Promise<void>): Promise<void> {
  if (!ports.lock.mayWrite()) return;
  try {
    await write();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    ports.telemetry.tickFailed(what, error.code, `writing status: ${error.message}`);
  }
}
