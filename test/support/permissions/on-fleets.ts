import { type Raw, rawFleet } from "../raw-objects.ts";
import { type Deed, get, patch, pathOf, post, remove, type Request } from "./deed.ts";
import { ELSEWHERE, HOME, PEOPLE, type Person } from "./people.ts";

const at = (name = "", namespace = HOME): string =>
  pathOf("inferencefleets", namespace, name && `/${name}`);

/** Acts by itself, has a budget and a rule: what may be loosened. */
export const GUARDED = rawFleet({
  mode: { scaleOut: "Auto", scaleIn: "Approve" },
  budget: { usdPerDay: "1000" },
  confirm: [{ name: "all", approvers: 2 }],
});

const TEAM: readonly Person[] = ["model team", "configurer"];
const changed = (spec: Raw): Request => patch(at("coder"), { spec });
const made = (spec: Raw, namespace = HOME): Request => {
  const fleet = rawFleet(spec, "new");
  return post(at("", namespace), { ...fleet, metadata: { name: "new", namespace } });
};

const deed = (text: string, by: readonly Person[], requests: Deed["requests"]): Deed => ({
  about: "Fleets",
  deed: text,
  by,
  requests,
});

const workload = (target: Raw): Raw => ({
  name: "engine",
  target: { apiVersion: "apps/v1", kind: "Deployment", name: "coder", ...target },
  unit: { gpus: 8 },
  unitsPerRack: 8,
});

export const ON_FLEETS: readonly Deed[] = [
  deed(
    "read them",
    PEOPLE.filter((person) => person !== "stranger"),
    () => [get(at()), get(at("coder"))],
  ),
  deed("make one in Shadow mode", TEAM, () => [made({})]),
  deed("make one that acts", ["configurer"], () => [
    made({ mode: { scaleOut: "Auto" } }),
    made({ mode: { scaleIn: "Approve" } }),
  ]),
  deed("make one in another namespace", ["configurer"], () => [made({}, ELSEWHERE)]),
  deed("change model, objectives, signals, workloads, schedule, headroom, drain", TEAM, () => [
    changed({ headroom: "Safe" }),
    changed({ drain: { deadline: "10m" } }),
    changed({ schedule: [{ name: "a", start: "2026-12-01T18:00:00", for: "1h", floorRacks: 3 }] }),
    changed({ pools: [{ name: "gb200-b" }] }),
  ]),
  deed("change its mode", ["configurer"], () => [
    changed({ mode: { scaleIn: "Auto" } }),
    changed({ mode: { scaleOut: "Shadow" } }),
  ]),
  deed("change its limits", ["configurer"], () => [
    changed({ racks: { max: 9 } }),
    changed({ racks: { min: 5 } }),
    changed({ racks: { surviveRackLosses: 2 } }),
  ]),
  deed("raise or drop its budget", ["configurer"], () => [
    changed({ budget: { usdPerDay: "2000" } }),
    changed({ budget: { replaceLostRack: false } }),
    changed({ budget: null }),
  ]),
  deed("change or drop its confirm rules", ["configurer"], () => [
    changed({ confirm: [{ name: "all", approvers: 1 }] }),
    changed({ confirm: [{ name: "all", approvers: 2, when: { minRacks: 9 } }] }),
    changed({ confirm: [{ name: "all", approvers: 2, onExpiry: "Proceed" }] }),
    changed({ confirm: null }),
  ]),
  deed("change what becomes of growth that cures nothing", ["configurer"], () => [
    changed({ cacheVeto: "Off" }),
  ]),
  deed("point at workloads or secrets of another namespace", [], () => [
    changed({ workloads: [workload({ namespace: ELSEWHERE })] }),
    changed({ workloads: [workload({ name: `${ELSEWHERE}/coder` })] }),
    changed({
      signals: {
        prometheus: { url: "http://p:9090", secretRef: { name: "s", namespace: ELSEWHERE } },
      },
    }),
  ]),
  deed("say how one stands", ["controller"], () => [
    patch(at("coder/status"), { status: { wantedRacks: 9 } }),
  ]),
  deed("delete one", TEAM, () => [remove(at("coder"))]),
];
