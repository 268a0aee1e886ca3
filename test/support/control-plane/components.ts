import { join } from "node:path";
import type { Access } from "./access.ts";
import type { SigningKeys } from "./credentials.ts";
import { freePort } from "./free-port.ts";
import type { Daemon, ProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { HopelessError, untilTrue } from "./until-true.ts";

/** Pods and services of the test cluster get addresses that nothing routes. */
const POD_CIDR = "10.244.0.1/16";
const SERVICE_CIDR = "10.0.0.0/24";
const NODE_IP = "192.0.2.10";
/** The API server refuses to advertise loopback; this documentation address is never dialled. */
const ADVERTISED_ADDRESS = "192.0.2.1";

export async function startEtcd(group: ProcessGroup): Promise<{ daemon: Daemon; url: string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const daemon = group.start("etcd", toolPath("etcd"), [
    `--data-dir=${join(group.dir, "etcd")}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    // A test's data need not survive a power cut.
    "--unsafe-no-fsync",
  ]);
  return { daemon, url };
}

export interface ApiServerSettings {
  readonly port: number;
  readonly certDir: string;
  readonly etcdUrl: string;
  readonly tokensFile: string;
  readonly keys: SigningKeys;
}

/** Starts the API server and returns at once; `untilServing` waits for it. */
export function startApiServer(group: ProcessGroup, settings: ApiServerSettings): Daemon {
  return group.start("kube-apiserver", toolPath("kube-apiserver"), [
    `--etcd-servers=${settings.etcdUrl}`,
    `--cert-dir=${settings.certDir}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${settings.port}`,
    `--advertise-address=${ADVERTISED_ADDRESS}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    "--authorization-mode=RBAC",
    `--token-auth-file=${settings.tokensFile}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${settings.keys.publicKeyFile}`,
    `--service-account-signing-key-file=${settings.keys.privateKeyFile}`,
    // ServiceAccount would refuse pods until a controller made their account.
    // TaintNodesByCondition marks each new node not-ready, and no controller here takes that away.
    "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
  ]);
}

/** Waits until the API server answers and its first namespace is there. */
export async function untilServing(access: Access, needed: readonly Daemon[]): Promise<void> {
  await untilTrue("the API server to be ready", async () => {
    assertRunning(needed);
    const ready = await access.kubectl(["get", "--raw=/readyz"]);
    if (ready.code !== 0) return ready.stderr;
    const namespace = await access.kubectl(["get", "namespace", "default"]);
    return namespace.code === 0 || namespace.stderr;
  });
}

/** Starts the controllers and waits for the first thing one of them makes. */
export async function startControllerManager(
  group: ProcessGroup,
  access: Access,
  keys: SigningKeys,
): Promise<Daemon> {
  const daemon = group.start("kube-controller-manager", toolPath("kube-controller-manager"), [
    `--kubeconfig=${access.adminKubeconfig}`,
    // Without node life cycle: it would evict from nodes that a test made unhealthy on purpose.
    "--controllers=*,-nodelifecycle,-serviceaccount-token",
    `--service-account-private-key-file=${keys.privateKeyFile}`,
    "--leader-elect=false",
    "--secure-port=0",
    // The defaults (20 and 30) are slow for a test that makes a rack of nodes at once.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
  ]);
  await untilTrue("the controllers to make the default service account", async () => {
    assertRunning([daemon]);
    const account = await access.kubectl(["get", "serviceaccount", "default", "-n", "default"]);
    return account.code === 0 || account.stderr;
  });
  return daemon;
}

/** Starts the scheduler and waits until it leads, from when on it binds pods. */
export async function startScheduler(group: ProcessGroup, access: Access): Promise<Daemon> {
  const daemon = group.start("kube-scheduler", toolPath("kube-scheduler"), [
    `--kubeconfig=${access.adminKubeconfig}`,
    // The lease is how anybody without its self-signed certificate sees that it works.
    "--leader-elect=true",
    "--secure-port=0",
  ]);
  const holder = ["-o", "jsonpath={.spec.holderIdentity}"];
  await untilTrue("the scheduler to hold its lease", async () => {
    assertRunning([daemon]);
    const lease = ["get", "lease", "kube-scheduler", "-n", "kube-system", ...holder];
    const { stdout, stderr } = await access.kubectl(lease);
    return stdout !== "" || stderr;
  });
  return daemon;
}

/** Starts kwok, which plays the kubelets of all nodes annotated for it. */
export async function startKwok(group: ProcessGroup, access: Access): Promise<Daemon> {
  const address = `127.0.0.1:${await freePort()}`;
  const daemon = group.start("kwok", toolPath("kwok"), [
    `--kubeconfig=${access.adminKubeconfig}`,
    "--manage-all-nodes=false",
    "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
    `--cidr=${POD_CIDR}`,
    `--node-ip=${NODE_IP}`,
    `--server-address=${address}`,
  ]);
  await untilTrue("kwok to be healthy", async () => {
    assertRunning([daemon]);
    return (await fetch(`http://${address}/healthz`)).ok;
  });
  return daemon;
}

export function assertRunning(daemons: readonly Daemon[]): void {
  for (const { name, ended } of daemons) {
    if (ended() !== undefined) throw new HopelessError(`${name} ended with ${ended()}`);
  }
}
