import type { BackendWorld } from "../../contracts/backend-world.ts";
import { kubeBench } from "../kube-bench.ts";
import { type BackedKind, kindWorld } from "./backed-kind.ts";
import { fakePeople } from "./people.ts";

/** A pool of four racks on the fake API server, in virtual time. */
export function fakeWorld(kind: BackedKind, name = "gb200-a"): Promise<BackendWorld> {
  const { api, timers } = kubeBench();
  return kindWorld(kind, {
    name,
    people: fakePeople(api),
    transport: api.transport,
    timers,
    run: (work) => timers.runUntil(work),
  });
}
