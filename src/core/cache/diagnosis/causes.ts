/** The causes of a fall: whether a rack cures it, and what does. */
import type { CacheCause } from "../../decision.ts";

interface CauseFacts {
  /** null: unknown. */
  readonly rackHelps: boolean | null;
  readonly remedy: string;
}

export const CAUSES: Readonly<Record<CacheCause, CauseFacts>> = {
  none: { rackHelps: null, remedy: "" },
  "workload-shift": {
    rackHelps: false,
    remedy: "Look at which tenants or agents changed; the hit rate that can be had is another now.",
  },
  "prompt-instability": {
    rackHelps: false,
    remedy:
      "Find what changes in the prompts' beginning: a timestamp, unordered tools, truncated " +
      "history, a new template. `breakwater diagnose --trace` shows the depth.",
  },
  "capacity-bound": { rackHelps: true, remedy: "Add a rack." },
  "routing-spread": {
    rackHelps: false,
    remedy: "Look at the router: its weights, its guard, its restarts, clients that go around it.",
  },
  "spread-or-instability": {
    rackHelps: false,
    remedy:
      "Export the router's index (kv_cache_index_max_pod_hit_count_total), which tells them " +
      "apart, or record a trace for `breakwater diagnose --trace`. Until then look at both: the " +
      "router's weights, guard and restarts, and what changes in the prompts' beginning.",
  },
  "cold-replicas": { rackHelps: false, remedy: "Wait: caches that are cold warm by themselves." },
  "configuration-change": {
    rackHelps: false,
    remedy: "Compare the engines' cache settings with those of the revision before.",
  },
  "broken-signal": { rackHelps: null, remedy: "Mend the signal before anything is sized by it." },
  "cannot-tell": {
    rackHelps: null,
    remedy: "Record a trace and look at how deep sessions match their own last turn.",
  },
};
