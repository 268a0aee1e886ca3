import type { ClusterSurvey } from "../../ports/cluster-survey.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { metaOf } from "../kubernetes/decode.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { listAll } from "../kubernetes/list-all.ts";
import { NODES } from "../kubernetes/resources.ts";
import { askAccess, type ServiceAccount } from "./access.ts";
import { listBudgets } from "./budgets.ts";
import { listNodeTimeouts } from "./node-timeouts.ts";
import { surveyPods } from "./pods.ts";
import { listRouters } from "./routing.ts";

export interface ClusterSurveyOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  /** Whose rights are asked about; null: those of whoever runs it. */
  readonly account: ServiceAccount | null;
}

/** Everything is read once, when it is asked for. */
export const clusterSurvey = (options: ClusterSurveyOptions): ClusterSurvey => ({
  access: (questions) => askAccess(options, questions),
  nodeLabels: async () => {
    const nodes = await listAll(options.client, { resource: NODES, namespace: "" });
    return new Map(nodes.map(metaOf).map(({ name, labels }) => [name, labels]));
  },
  pods: (namespaces) => surveyPods(options.client, namespaces),
  budgets: (namespaces, pods) => listBudgets(options.client, namespaces, pods),
  routers: (namespaces) => listRouters(options.client, namespaces),
  nodeTimeouts: (pools) => listNodeTimeouts(options, pools),
});
