import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { customResourceDefinitions } from "../../src/config/crd.ts";
import { rackCount } from "../../src/core/units.ts";
import type { BackendWorld } from "../contracts/backend-world.ts";
import { rackBackendContract } from "../contracts/rack-backend.ts";
import type { Surroundings } from "../support/backed-kinds/backed-kind.ts";
import { apiPeople } from "../support/backed-kinds/people.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { COUNTED_KINDS, FIELD_KINDS } from "../support/counted-pools.ts";
import { fieldWorld, manualWorld, OWN_NAMESPACE, setWorld } from "../support/counted-worlds.ts";
import { CLOUD_NODE_POOLS } from "../support/crds/cloud-node-pools.ts";
import { karpenterCrds } from "../support/crds/vendor-crds.ts";
import { RACK_NODES } from "../support/kube-objects.ts";
import { type Raw, rawDecision } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip(["karpenter"]);
const { kcc, ack, karpenter } = COUNTED_KINDS;

describe.skipIf(missing !== "")(`counts in fields, sets and asks ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  let started = 0;

  beforeAll(async () => {
    plane = await startControlPlane();
    connection = connect(plane.adminKubeconfig);
    await plane.apply(...CLOUD_NODE_POOLS, ...karpenterCrds());
    for (const namespace of ["infra", OWN_NAMESPACE]) {
      await plane.mustKubectl(["create", "namespace", namespace]);
    }
    for (const { kind, apiVersion } of Object.values(COUNTED_KINDS)) {
      const resource = `${kind.toLowerCase()}s.${apiVersion.split("/")[0]}`;
      await untilTrue(`${resource} to be served`, async () => {
        const { code, stderr } = await plane.kubectl(["get", resource, "-A"]);
        return code === 0 || stderr;
      });
    }
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  const surroundings = (): Surroundings => {
    started += 1;
    const { transport } = connection;
    return {
      name: `pool-${started}`,
      people: apiPeople(transport),
      transport,
      timers: processTimers(),
      run: (work) => work,
    };
  };
  const faults = { faults: true };

  for (const [name, kind] of Object.entries(FIELD_KINDS)) {
    rackBackendContract(`a field of ${name}`, () => fieldWorld(kind, surroundings()), faults);
  }
  for (const kind of [kcc, ack, karpenter]) {
    const start = () => setWorld(kind, surroundings());
    rackBackendContract(`a set of ${kind.kind} objects`, start, faults);
  }
  rackBackendContract("a person", () => manualWorld(surroundings()), faults);

  describe("a set of node pools", () => {
    const change = async ({ backend, pool }: BackendWorld, names: readonly string[]) => {
      const uid = (await backend.read(pool)).count?.uid ?? "";
      const by = { from: rackCount(4), to: rackCount(4 + names.length), objects: names };
      return backend.write(pool, { uid, ...by });
    };
    const on = async ({ backend, pool }: BackendWorld) => {
      const members = (await backend.read(pool)).count?.members ?? [];
      return members.filter(({ desired }) => desired === 1).map(({ name }) => name.slice(-1));
    };

    it("gets racks by name, and goes on where a run ended between two of them", async () => {
      const around = surroundings();
      const world = await setWorld(kcc, around);
      const names = [`${around.name}-7`, `${around.name}-5`];
      world.wire?.order({ kind: "first", run: () => Promise.resolve() });
      world.wire?.order({ kind: "answer", status: 403 });
      await expect(change(world, names)).rejects.toMatchObject({ code: "forbidden" });
      expect(await on(world)).toEqual(["0", "1", "2", "3", "7"]);
      expect(await change(world, names)).toEqual({ kind: "Written" });
      expect(await on(world)).toEqual(["0", "1", "2", "3", "5", "7"]);
      expect(await change(world, names)).toEqual({ kind: "AlreadyDone" });
      expect(await world.units()).toBe(6 * RACK_NODES);
    });

    it("conflicts when a named object is deleted between reading and writing", async () => {
      const around = surroundings();
      const world = await setWorld(ack, around);
      const name = `${around.name}-4`;
      const { apiVersion, kind, namespace } = ack;
      const metadata = { name, namespace };
      const run = () => around.people.remove({ apiVersion, kind, metadata });
      world.wire?.order({ kind: "first", run });
      await expect(change(world, [name])).rejects.toMatchObject({ code: "not-found" });
      expect(await change(world, [name])).toMatchObject({
        kind: "Conflict",
        found: expect.stringContaining(`has lost ${name}`),
      });
      expect(await on(world)).toEqual(["0", "1", "2", "3"]);
    });
  });

  describe("a decision about a set", () => {
    const isDecision = (crd: unknown) => JSON.stringify(crd).includes("scaledecisions.breakwater");
    beforeAll(async () => {
      await plane.apply(...customResourceDefinitions().filter(isDecision));
      await plane.mustKubectl(["create", "namespace", "agents"]);
      await untilTrue("scaledecisions to be served", async () => {
        const { code, stderr } = await plane.kubectl(["get", "scaledecisions", "-n", "agents"]);
        return code === 0 || stderr;
      });
    });
    const create = async (spec: Raw): Promise<string> => {
      const stdin = JSON.stringify(rawDecision(spec));
      const args = ["create", "--dry-run=server", "-f", "-"];
      const { code, stderr } = await plane.kubectl(args, { stdin });
      return code === 0 ? "" : stderr;
    };
    const consent = {
      pool: "a",
      fromRacks: 4,
      toRacksAtMost: 3,
      actBefore: "2026-12-01T19:00:00Z",
    };
    const inward = { direction: "In", rack: "rack-7", consent };

    it.each([
      ["one object for each rack of a growth", { objects: ["sub-4", "sub-5"] }, ""],
      ["fewer", { objects: ["sub-4"] }, "objects names one object for each rack"],
      ["the object of the rack that goes", { ...inward, objects: ["sub-1"] }, ""],
      ["none of them", { ...inward, objects: [] }, "objects names one object for each rack"],
      ["nothing, where one object has the count", {}, ""],
    ])("names %s", async (_, spec, refusal) => {
      const said = await create(spec);
      if (refusal === "") expect(said).toBe("");
      else expect(said).toContain(refusal);
    });
  });

  it("a machine pool whose index moved is found again by its name", async () => {
    const around = surroundings();
    const world = await fieldWorld(COUNTED_KINDS.rancher, around);
    const { apiVersion, kind, namespace } = COUNTED_KINDS.rancher;
    const cluster = { apiVersion, kind, metadata: { name: around.name, namespace } };
    const machinePools = [
      { name: "gb200", quantity: 4 * RACK_NODES },
      { name: "system", quantity: 4 * RACK_NODES },
    ];
    const move = () =>
      around.people.edit(cluster, { spec: { rkeConfig: { machinePools } } }, "olga");
    const uid = (await world.backend.read(world.pool)).count?.uid ?? "";
    const by = { uid, from: rackCount(4), to: rackCount(5) };
    world.wire?.order({ kind: "first", run: move });
    await expect(world.backend.write(world.pool, by)).rejects.toMatchObject({ code: "invalid" });
    expect(await world.backend.write(world.pool, by)).toEqual({ kind: "Written" });
    expect(await around.people.get(cluster)).toMatchObject({
      spec: { rkeConfig: { machinePools: [{ quantity: 90 }, { name: "system", quantity: 72 }] } },
    });
  });
});
