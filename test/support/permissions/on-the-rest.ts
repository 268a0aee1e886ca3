import { RELEASE_NAMESPACE } from "../chart.ts";
import { type Raw, rawOverride, rawPool } from "../raw-objects.ts";
import { type Deed, get, patch, pathOf, post, remove, type Request } from "./deed.ts";
import { ELSEWHERE, HOME, PEOPLE, type Person } from "./people.ts";

const INSIDERS = PEOPLE.filter((person) => person !== "stranger");
const ONCALL: readonly Person[] = ["operator", "configurer"];

const saying =
  (about: Deed["about"]) =>
  (text: string, by: readonly Person[], requests: Deed["requests"]): Deed => ({
    about,
    deed: text,
    by,
    requests,
  });

const pool = (name = ""): string => pathOf("rackpools", null, name && `/${name}`);
const onPools = saying("Pools");

export const ON_POOLS: readonly Deed[] = [
  onPools("read them", INSIDERS, () => [get(pool()), get(pool("gb200-a"))]),
  onPools("make one", ["configurer"], () => [post(pool(), rawPool({}, "new"))]),
  onPools("change its limits, price, consumers, loan or backend", ["configurer"], () => [
    patch(pool("gb200-a"), { spec: { limits: { maxRacks: 99 } } }),
    patch(pool("gb200-a"), { spec: { price: { usdPerRackHour: "1" } } }),
    patch(pool("gb200-a"), {
      spec: { consumers: [{ fleet: { namespace: ELSEWHERE, name: "new" }, max: 9 }] },
    }),
    patch(pool("gb200-a"), { spec: { backend: { name: "theirs" } } }),
  ]),
  onPools("say how one stands", ["controller"], () => [
    patch(pool("gb200-a/status"), { status: { desiredRacks: 9 } }),
  ]),
  onPools("delete one", ["configurer"], () => [remove(pool("gb200-a"))]),
];

/** Its floor lifts the fleet's limit of 8 racks. */
export const GLASS = rawOverride({ pause: {}, floorRacks: 10, breakGlass: true }, "glass");

/** A colleague who approves signed it. */
export const SIGNED = rawOverride({ ceilingRacks: 5, by: "colleague" }, "signed");

const override = (name = "", namespace = HOME): string =>
  pathOf("fleetoverrides", namespace, name && `/${name}`);
const said = (spec: Raw, namespace = HOME): Request => {
  const wanted = rawOverride({ pause: {}, ...spec }, "new");
  return post(override("", namespace), { ...wanted, metadata: { name: "new", namespace } });
};
const onOverrides = saying("Overrides");

export const ON_OVERRIDES: readonly Deed[] = [
  onOverrides("read them", INSIDERS, () => [get(override()), get(override("glass"))]),
  onOverrides("pause a fleet, or every fleet of the namespace", ONCALL, () => [
    said({ pause: { out: true, in: true } }),
    said({ fleet: "*", pause: { out: true, in: true } }),
  ]),
  onOverrides("stop every fleet of the cluster", ONCALL, () => [
    said({ fleet: "*", pause: { out: true, in: true } }, RELEASE_NAMESPACE),
  ]),
  onOverrides("pause fleets of another namespace", ["configurer"], () => [
    said({ pause: { out: true } }, ELSEWHERE),
  ]),
  onOverrides("set a ceiling, or a floor within the fleet's limit", ONCALL, () => [
    said({ ceilingRacks: 1 }),
    said({ floorRacks: 8 }),
  ]),
  onOverrides("set a floor above the fleet's limit", ["configurer"], () => [
    said({ floorRacks: 9 }),
  ]),
  onOverrides("break the glass: a floor that lifts the fleet's limit", ["configurer"], () => [
    said({ floorRacks: 9, breakGlass: true }),
    said({ floorRacks: 2, breakGlass: true }),
    said({ fleet: "not-yet-there", floorRacks: 99, breakGlass: true }),
  ]),
  onOverrides("break it without a reason, without an end, or for every fleet", [], () => [
    said({ floorRacks: 9, breakGlass: true, reason: "" }),
    said({ floorRacks: 9, breakGlass: true, until: null }),
    said({ fleet: "*", floorRacks: 9, breakGlass: true }),
  ]),
  onOverrides("sign one with one's own name", ONCALL, (user) => [
    said({ pause: { out: true }, by: user }),
    patch(override("floor"), { spec: { floorRacks: 8, by: user } }),
  ]),
  onOverrides("sign one in another's name, or change what another signed", [], () => [
    said({ pause: { out: true }, by: "alice" }),
    patch(override("signed"), { spec: { ceilingRacks: 3 } }),
    patch(override("signed"), { spec: { by: null } }),
  ]),
  onOverrides("raise or prolong a broken glass", ["configurer"], () => [
    patch(override("glass"), { spec: { floorRacks: 12 } }),
    patch(override("glass"), { spec: { until: "2027-12-01T20:00:00Z" } }),
    patch(override("glass"), { spec: { fleet: "chat" } }),
  ]),
  onOverrides("make a floor that is there a broken glass", ["configurer"], () => [
    patch(override("floor"), { spec: { breakGlass: true } }),
  ]),
  onOverrides("end one, a broken glass too", ONCALL, () => [
    remove(override("glass")),
    remove(override("floor")),
  ]),
  onOverrides("say how one stands", ["controller"], () => [
    patch(override("floor/status"), { status: { conditions: [] } }),
  ]),
];

const beside = saying("Beside them");
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

const roleBinding = (user: string, namespace: string): Request =>
  post(`${RBAC}/namespaces/${namespace}/rolebindings`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "mine", namespace },
    roleRef: {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: "breakwater-approver",
    },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  });

export const BESIDE_THEM: readonly Deed[] = [
  beside("give oneself the approver's role", [], (user) => [roleBinding(user, HOME)]),
  beside("speak as an approver, or take the controller's token", [], () => [
    { ...get(pathOf("scaledecisions", HOME)), as: "approver" },
    post(`/api/v1/namespaces/${RELEASE_NAMESPACE}/serviceaccounts/breakwater/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {},
    }),
  ]),
  beside("switch the policies off, or change the kinds", [], () => [
    remove(
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/breakwater-approvals",
    ),
    remove("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scaledecisions.breakwater.dev"),
  ]),
  beside("read secrets", [], () => [get(`/api/v1/namespaces/${HOME}/secrets/canary`)]),
  beside("change the count of a provider's object", ["controller"], () => [
    patch("/apis/compute.coreweave.com/v1alpha1/nodepools/gb200-a", { spec: { targetRacks: 9 } }),
  ]),
];
