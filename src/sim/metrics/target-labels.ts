/** The labels under which a fleet's endpoints are scraped: such that its queries match them. */
import type { CompiledFleet } from "../../core/compiled.ts";
import { LLM_D_EPP } from "../../core/profiles/llm-d-epp.ts";
import { targetMatchers, without } from "../../core/queries/selectors.ts";
import { INDEX_COLUMNS } from "./exported-series.ts";
import type { ScrapeTarget } from "../scrape-targets.ts";
import type { Labels } from "./promql/vector.ts";
import { METRIC_NAME } from "./promql/vector.ts";

/** What discovery puts on a target, and what the endpoint's own series carry besides. */
export interface TargetLabels {
  readonly target: Labels;
  readonly exported: Labels;
}

/** Labels that tell targets apart; a matcher on one of them selects, it cannot name them all. */
const IDENTITY = ["pod", "instance"];

/** Every series names the model, but for the cache's configuration and the router's index. */
const WITHOUT_MODEL = ["vllm:cache_config_info", ...INDEX_COLUMNS.map(({ name }) => name)];

/** A pod carries its workload's labels, under the names that discovery gives them. */
export function engineLabels(fleet: CompiledFleet, target: ScrapeTarget): TargetLabels {
  const { matchers } = fleet.signals;
  const onTarget = targetMatchers(matchers);
  const workload = fleet.workloads.find(({ role }) => role === target.role);
  const podLabels = Object.entries(workload?.podLabels ?? {}).map(
    ([label, value]) => [label.replaceAll(/[^a-zA-Z0-9_]/g, "_"), value] as const,
  );
  return {
    target: {
      ...Object.fromEntries(podLabels),
      job: fleet.key,
      namespace: fleet.namespace,
      ...without(onTarget, IDENTITY),
      instance: target.instance,
      pod: target.pod,
    },
    exported: {
      engine: "0",
      model_name: fleet.model.name,
      ...without(matchers, [...Object.keys(onTarget), ...IDENTITY]),
    },
  };
}

/** The gateway carries those of the fleet's labels that its queries ask of it. */
export function gatewayLabels(fleet: CompiledFleet): TargetLabels {
  const { matchers } = fleet.signals;
  const cluster = matchers.cluster === undefined ? {} : { cluster: matchers.cluster };
  const job = `${fleet.key}-${LLM_D_EPP.edge}`;
  const namespace = matchers.namespace ?? fleet.namespace;
  const pod = `${fleet.name}-epp`;
  return {
    target: { job, namespace, instance: `${pod}.${namespace}:9090`, pod, ...cluster },
    exported: { model_name: matchers.model_name ?? fleet.model.name, priority: "0" },
  };
}

/** @returns the labels of one series, its name first and the others in order. */
export function seriesLabels(
  name: string,
  own: Labels,
  { target, exported }: TargetLabels,
): Labels {
  const exporters = WITHOUT_MODEL.includes(name) ? without(exported, ["model_name"]) : exported;
  const all = name === "up" ? target : { ...exporters, ...target, ...own };
  const sorted = Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { [METRIC_NAME]: name, ...Object.fromEntries(sorted) };
}
