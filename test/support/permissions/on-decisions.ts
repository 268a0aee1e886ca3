import { type Raw, rawDecision } from "../raw-objects.ts";
import { type Deed, get, patch, pathOf, post, remove, type Request } from "./deed.ts";
import { ELSEWHERE, HOME, PEOPLE, type Person } from "./people.ts";

const INSIDERS: readonly Person[] = PEOPLE.filter((person) => person !== "stranger");
const at = (name = "", namespace = HOME): string =>
  pathOf("scaledecisions", namespace, name && `/${name}`);

export const OPEN = "gb200-a-out-1";
/** The approver has said no to it, somebody else yes. */
export const ANSWERED = "gb200-a-out-2";
export const COLLEAGUE = { by: "colleague", verdict: "Approve", reason: "fine" };
export const NO = { by: "approver", verdict: "Reject", reason: "too dear" };

const says = (by: string, verdict: string): Raw => ({ by, verdict, reason: "CHG-1" });
const verdicts = (name: string, approvals: readonly Raw[], namespace = HOME): Request =>
  patch(at(name, namespace), { spec: { approvals } });
const changed = (spec: Raw): Request => patch(at(OPEN), { spec });

const deed = (text: string, by: readonly Person[], requests: Deed["requests"]): Deed => ({
  about: "Decisions",
  deed: text,
  by,
  requests,
});

export const ON_DECISIONS: readonly Deed[] = [
  deed("read them", INSIDERS, () => [get(at()), get(at(OPEN))]),
  deed("make one", ["controller"], () => [post(at(), rawDecision({}, "new"))]),
  deed("make one that is approved already", [], (user) => [
    post(at(), rawDecision({ approvals: [says(user, "Approve")] }, "forged")),
  ]),
  deed("say yes or no, in one's own name", ["approver"], (user) => [
    verdicts(OPEN, [says(user, "Approve")]),
    verdicts(OPEN, [says(user, "Reject")]),
  ]),
  deed("say yes in another's name", [], () => [verdicts(OPEN, [says("alice", "Approve")])]),
  deed("say yes once more beside one's own", [], (user) => [
    verdicts(OPEN, [says(user, "Approve"), says(user, "Approve")]),
    verdicts(OPEN, [says(user, "Approve"), says("alice", "Approve")]),
  ]),
  deed("say yes in another namespace", [], (user) => [
    verdicts(OPEN, [says(user, "Approve")], ELSEWHERE),
  ]),
  deed("take a verdict back, one's own or another's", [], () => [
    verdicts(ANSWERED, []),
    verdicts(ANSWERED, [NO]),
    verdicts(ANSWERED, [COLLEAGUE]),
  ]),
  deed("turn a no into a yes, one's own or another's", [], () => [
    verdicts(ANSWERED, [COLLEAGUE, { ...NO, verdict: "Approve" }]),
  ]),
  deed("turn another's yes into a no, or change its reason", [], () => [
    verdicts(ANSWERED, [{ ...COLLEAGUE, verdict: "Reject" }, NO]),
    verdicts(ANSWERED, [{ ...COLLEAGUE, reason: "not fine" }, NO]),
  ]),
  deed("change what is consented to, by whom, or until when", [], () => [
    changed({ consent: { toRacksAtMost: 9 } }),
    changed({ consent: { actBefore: "2027-12-01T19:00:00Z" } }),
    changed({ requiredApprovals: 0 }),
    changed({ expiresAt: "2027-12-01T19:00:00Z" }),
    changed({ onExpiry: "Proceed" }),
    changed({ fleet: "chat" }),
    changed({ reason: { code: "minimum", text: "trust me" } }),
  ]),
  deed("say how one stands", ["controller"], () => [
    patch(at(`${OPEN}/status`), { status: { phase: "Approved" } }),
  ]),
  deed("delete one", ["controller"], () => [remove(at(OPEN))]),
  deed("delete all at once", [], () => [remove(at())]),
];
