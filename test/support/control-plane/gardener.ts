import { dirname, join } from "node:path";
import type { Access } from "./access.ts";
import { assertRunning } from "./components.ts";
import { freePort } from "./free-port.ts";
import { GARDENER_NAMESPACE } from "./machine-controller.ts";
import type { Daemon, ProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { untilTrue } from "./until-true.ts";

/** What the installer keeps beside the program: the CRDs of its very version. */
const CRDS_FILE = "gardener-crds.yaml";

/**
 * Installs the CRDs of Gardener's machine-controller-manager, starts it for one namespace, as in
 * the seed of a Shoot, and waits until it answers. Nodes are those of the same API server.
 */
export async function startGardener(group: ProcessGroup, access: Access): Promise<Daemon> {
  const program = toolPath("gardener");
  const crds = `--filename=${join(dirname(program), CRDS_FILE)}`;
  await access.mustKubectl(["apply", "--server-side", crds]);
  await access.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", crds]);
  await access.mustKubectl(["create", "namespace", GARDENER_NAMESPACE]);
  const port = await freePort();
  const daemon = group.start("gardener", program, [
    `--control-kubeconfig=${access.adminKubeconfig}`,
    `--target-kubeconfig=${access.adminKubeconfig}`,
    `--namespace=${GARDENER_NAMESPACE}`,
    "--leader-elect=false",
    "--address=127.0.0.1",
    `--port=${port}`,
  ]);
  await untilTrue("machine-controller-manager to be ready", async () => {
    assertRunning([daemon]);
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    return answer.ok || answer.text();
  });
  return daemon;
}
