import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Access } from "./access.ts";
import { assertRunning } from "./components.ts";
import { freePort } from "./free-port.ts";
import type { Daemon, ProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { untilTrue } from "./until-true.ts";

/** What the installer keeps beside the program: the CRD of its very version. */
const CRDS_FILE = "lws-crds.yaml";

/**
 * Installs the CRDs of LeaderWorkerSet and DisaggregatedSet, starts their controllers and their
 * webhooks, which number the pods of a group, and waits until all answer.
 *
 * @param certDir of the API server, whose certificate for 127.0.0.1 serves the webhooks as well
 */
export async function startLws(
  group: ProcessGroup,
  access: Access,
  certDir: string,
): Promise<Daemon> {
  const program = toolPath("lws");
  const crds = `--filename=${join(dirname(program), CRDS_FILE)}`;
  await access.mustKubectl(["apply", "--server-side", crds]);
  await untilTrue("its kinds to be served", async () => {
    const kinds = "leaderworkersets,disaggregatedsets";
    const { code, stderr } = await access.kubectl(["get", kinds, "-A"]);
    return code === 0 || stderr;
  });
  const [webhookPort, healthPort] = [await freePort(), await freePort()];
  const config = join(group.dir, "lws.json");
  writeFileSync(config, JSON.stringify(configuration(group.dir, certDir, webhookPort)));
  const flags = [`--config=${config}`, "--leader-elect=false", "--metrics-bind-address=0"];
  const health = `--health-probe-bind-address=127.0.0.1:${healthPort}`;
  const daemon = group.start("lws", program, [...flags, health], {
    KUBECONFIG: access.adminKubeconfig,
  });
  await untilTrue("LeaderWorkerSet's controller to be ready", async () => {
    assertRunning([daemon]);
    const answer = await fetch(`http://127.0.0.1:${healthPort}/readyz`);
    return answer.ok || answer.text();
  });
  await access.apply(...webhooks(webhookPort, readFileSync(join(certDir, "apiserver.crt"))));
  await untilTrue("LeaderWorkerSet's webhooks to answer", async () => {
    const tried = await access.kubectl(["apply", "--dry-run=server", "-f", sample(group.dir)]);
    return tried.code === 0 || tried.stderr;
  });
  return daemon;
}

function configuration(dir: string, apiServerCerts: string, port: number) {
  const certDir = join(dir, "lws-certs");
  mkdirSync(certDir, { recursive: true });
  for (const end of ["crt", "key"]) {
    copyFileSync(join(apiServerCerts, `apiserver.${end}`), join(certDir, `tls.${end}`));
  }
  return {
    apiVersion: "config.lws.x-k8s.io/v1alpha1",
    kind: "Configuration",
    internalCertManagement: { enable: false },
    webhook: { host: "127.0.0.1", port, certDir },
  };
}

/** As in the controller's own manifests (config/webhook), by URL and not through a Service. */
function webhooks(port: number, ca: Buffer) {
  const sets = rule("leaderworkerset.x-k8s.io", "v1", "leaderworkersets");
  const disaggregated = rule("disaggregatedset.x-k8s.io", "v1", "disaggregatedsets");
  const pods = rule("", "v1", "pods");
  const ofSets = { matchExpressions: [{ key: GROUPED, operator: "Exists" }] };
  const webhook = (name: string, path: string, more: object) => ({
    name,
    clientConfig: { url: `https://127.0.0.1:${port}/${path}`, caBundle: ca.toString("base64") },
    admissionReviewVersions: ["v1"],
    failurePolicy: "Fail",
    sideEffects: "None",
    ...more,
  });
  return [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "lws" },
      webhooks: [
        webhook("mleaderworkerset.kb.io", `mutate-${PATH_OF_SETS}`, {
          rules: [sets("CREATE", "UPDATE")],
        }),
        webhook("mpod.kb.io", "mutate--v1-pod", {
          rules: [pods("CREATE")],
          objectSelector: ofSets,
        }),
      ],
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "lws" },
      webhooks: [
        webhook("vleaderworkerset.kb.io", `validate-${PATH_OF_SETS}`, {
          rules: [sets("CREATE", "UPDATE")],
        }),
        webhook("vpod.kb.io", "validate--v1-pod", {
          rules: [pods("CREATE", "UPDATE")],
          objectSelector: ofSets,
        }),
        webhook("vdisaggregatedset.kb.io", `validate-${PATH_OF_DISAGGREGATED}`, {
          rules: [disaggregated("CREATE", "UPDATE")],
        }),
      ],
    },
  ];
}

const PATH_OF_SETS = "leaderworkerset-x-k8s-io-v1-leaderworkerset";
const PATH_OF_DISAGGREGATED = "disaggregatedset-x-k8s-io-v1-disaggregatedset";
const GROUPED = "leaderworkerset.sigs.k8s.io/name";

const rule =
  (group: string, version: string, resource: string) =>
  (...operations: readonly string[]) => ({
    apiGroups: [group],
    apiVersions: [version],
    resources: [resource],
    operations,
  });

function sample(dir: string): string {
  const file = join(dir, "lws-sample.json");
  const template = { spec: { containers: [{ name: "engine", image: "engine" }] } };
  const object = {
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    metadata: { name: "sample", namespace: "default" },
    spec: { replicas: 1, leaderWorkerTemplate: { size: 1, workerTemplate: template } },
  };
  writeFileSync(file, JSON.stringify(object));
  return file;
}
