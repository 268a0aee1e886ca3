/** Builders of a pool that two fleets share: racks of two nodes, everything paid for. */
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../../../src/core/compiled.ts";
import type { FleetKey } from "../../../src/core/compiled.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type {
  FleetObservation,
  GroupObservation,
  Intent,
  RackObservation,
} from "../../../src/core/observation.ts";
import { MINUTE_MS, nodeCount, rackCount } from "../../../src/core/units.ts";
import { aFleet, aPool } from "../reports/compiled.ts";
import { aSmallFleet } from "./compiled.ts";
import {
  CODER,
  aDrain,
  aFleetObservation,
  aGroupObservation,
  aLoad,
  aPoolObservation,
  aRack,
  someSignals,
} from "./observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "./remembered.ts";

export const CHAT: FleetKey = "agents/chat";

/** One rack suffices for the load; a rack may go a minute after it was last wanted. */
export const aMover = (name: "coder" | "chat", changes: Partial<CompiledFleet> = {}) => {
  const small = aSmallFleet();
  const { key, uid } = aFleet(name);
  const behavior = { ...small.behavior, scaleInStabilizationMs: MINUTE_MS };
  return aSmallFleet({ key, name, uid, behavior, ...changes });
};

/** Four racks and no more to be had; each fleet is guaranteed one. */
export const aSharedPool = (changes: Partial<CompiledPool> = {}): CompiledPool => {
  const pool = aPool();
  const guaranteed = rackCount(1);
  return {
    ...pool,
    rack: { ...pool.rack, nodes: nodeCount(2), usableNodes: nodeCount(2) },
    supply: { ...pool.supply, committedRacks: rackCount(4) },
    limits: { ...pool.limits, maxRacks: rackCount(4) },
    consumers: pool.consumers.flatMap((one) => [
      { ...one, guaranteed },
      { ...one, guaranteed, fleet: { namespace: "agents", name: "chat" } },
    ]),
    ...changes,
  };
};

export const aSharedGroup = (
  pool: Partial<CompiledPool> = {},
  fleets: readonly CompiledFleet[] = [aMover("coder"), aMover("chat")],
): CompiledGroup => ({ name: "gb200-east", pools: [aSharedPool(pool)], fleets });

export const aRackOfFleet = (
  id: string,
  fleet: FleetKey,
  options: Parameters<typeof aRack>[1] = {},
): RackObservation => aRack(id, { nodes: 2, pods: 2, ...options, pod: { fleet, ...options.pod } });

/** Three racks are the coder's, one is chat's. */
export const someSharedRacks = (): readonly RackObservation[] => [
  ...["rack-0", "rack-1", "rack-2"].map((id) => aRackOfFleet(id, CODER)),
  aRackOfFleet("rack-3", CHAT),
];

export const aSharedWorld = (
  racks: readonly RackObservation[] = someSharedRacks(),
  fleets: {
    readonly coder?: Partial<FleetObservation>;
    readonly chat?: Partial<FleetObservation>;
  } = {},
): GroupObservation => {
  const signals = someSignals(aLoad(1));
  return aGroupObservation({
    pools: [aPoolObservation(racks.length, { racks })],
    fleets: [
      aFleetObservation({ key: CODER, signals, ...fleets.coder }),
      aFleetObservation({ key: CHAT, signals, ...fleets.chat }),
    ],
  });
};

export const aSharedMemory = (racks = 4): GroupMemory => {
  const memory = aMemory(aFleetMemory(), aPoolMemory(racks));
  return { ...memory, fleets: { ...memory.fleets, [CHAT]: aFleetMemory() } };
};

/** `rack-2` goes from the coder to chat. */
export const aMove = (changes: Partial<Intent> = {}): Intent =>
  aDrain({
    name: "gb200-east-move-1",
    direction: "Move",
    taker: CHAT,
    toRacksAtMost: rackCount(4),
    askedRacks: rackCount(4),
    rack: "rack-2",
    victimNodeUids: aRackOfFleet("rack-2", CODER).nodes.map(({ uid }) => uid),
    reason: { code: "rack-moves", text: "Another fleet lacks it." },
    ...changes,
  });
