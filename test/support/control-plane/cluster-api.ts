import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Access } from "./access.ts";
import { assertRunning } from "./components.ts";
import { freePort } from "./free-port.ts";
import type { Daemon, ProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { untilTrue } from "./until-true.ts";

/** What the installer keeps beside the program: the CRDs of its very version. */
const CRDS_FILE = "cluster-api-crds.yaml";

/**
 * Installs Cluster API's own CRDs, starts its controllers, and waits until they are ready. Nothing
 * asks its webhooks, which fill in defaults: objects are written whole, and in one version.
 *
 * @param certDir of the API server, whose certificate serves the webhooks, which must start
 */
export async function startClusterApi(
  group: ProcessGroup,
  access: Access,
  certDir: string,
): Promise<Daemon> {
  const program = toolPath("cluster-api");
  const crds = `--filename=${join(dirname(program), CRDS_FILE)}`;
  await access.mustKubectl(["apply", "--server-side", crds]);
  await access.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", crds]);
  const healthPort = await freePort();
  const daemon = group.start(
    "cluster-api",
    program,
    [
      "--leader-elect=false",
      `--webhook-port=${await freePort()}`,
      `--webhook-cert-dir=${certificates(group.dir, certDir)}`,
      `--health-addr=127.0.0.1:${healthPort}`,
      `--diagnostics-address=127.0.0.1:${await freePort()}`,
      "--insecure-diagnostics=true",
      // Of versions that no object here was ever stored in.
      "--skip-crd-migration-phases=StorageVersionMigration,CleanupManagedFields",
      // There is no control plane of machines whose version could be compared.
      "--feature-gates=MachineSetPreflightChecks=false",
    ],
    { KUBECONFIG: access.adminKubeconfig, POD_NAMESPACE: "default" },
  );
  await untilTrue("Cluster API to be ready", async () => {
    assertRunning([daemon]);
    const answer = await fetch(`http://127.0.0.1:${healthPort}/readyz`);
    return answer.ok || answer.text();
  });
  return daemon;
}

function certificates(dir: string, apiServerCerts: string): string {
  const certDir = join(dir, "cluster-api-certs");
  mkdirSync(certDir, { recursive: true });
  for (const end of ["crt", "key"]) {
    copyFileSync(join(apiServerCerts, `apiserver.${end}`), join(certDir, `tls.${end}`));
  }
  return certDir;
}
