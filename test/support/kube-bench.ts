import { type KubeClient, kubeClient } from "../../src/adapters/kubernetes/client.ts";
import type { Warn } from "../../src/adapters/kubernetes/warn.ts";
import { FakeKubeApi } from "./kube-api/fake-kube-api.ts";
import { type VirtualTimers, virtualTimers } from "./virtual-timers.ts";

/** A fake API server, a client on it, and time that stands still. */
export interface KubeBench {
  readonly api: FakeKubeApi;
  readonly client: KubeClient;
  readonly timers: VirtualTimers;
  readonly warn: Warn;
  /** What was warned of, as `message {fields}`. */
  readonly warnings: readonly string[];
}

export function kubeBench(): KubeBench {
  const timers = virtualTimers();
  const now = () => `${new Date(timers.clock.now()).toISOString().slice(0, 19)}Z`;
  const api = new FakeKubeApi(now);
  const client = kubeClient({ transport: api.transport, timers });
  const warnings: string[] = [];
  const warn: Warn = (message, fields) => {
    warnings.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { api, client, timers, warn, warnings };
}
