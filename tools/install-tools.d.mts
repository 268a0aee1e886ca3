/** A program that the cluster and browser tests start. */
export type ToolName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubectl"
  | "kwok"
  | "karpenter"
  | "lws"
  | "cluster-api"
  | "gardener"
  | "helm"
  | "node-24"
  | "prometheus"
  | "promtool"
  | "amtool"
  | "alertmanager"
  | "chromium";

export type LocatedTool =
  | { readonly path: string; readonly missing?: false }
  | { readonly missing: true; readonly reason: string };

/** Finds tools and installs nothing; throws on a name that is no tool. */
export function locateTools<Name extends ToolName = ToolName>(
  names?: readonly Name[],
  env?: Readonly<Record<string, string | undefined>>,
): Record<Name, LocatedTool>;
