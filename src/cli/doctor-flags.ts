/** What `doctor` is told: where the cluster is, and whose rights to ask about. */
import { Option } from "commander";
import type { Command } from "commander";
import type { FormatFlag } from "./format-flag.ts";
import type { PrometheusFlags } from "./live.ts";
import { UsageError } from "./usage-error.ts";

export interface DoctorFlags extends PrometheusFlags, FormatFlag {
  readonly kubeconfig: string | null;
  /** The controller's own; null: the context's. */
  readonly namespace: string | null;
  readonly leaseName: string;
  /** null: the caller's own rights. */
  readonly account: { readonly namespace: string; readonly name: string } | null;
}

type Flag = readonly [flag: string, env: string, text: string, fallback?: string];

/** Those of `run` under the same names, so that a pod of the controller needs none. */
const FLAGS: readonly Flag[] = [
  ["--kubeconfig <path>", "KUBECONFIG", "default: the pod's service account"],
  ["--namespace <name>", "NAMESPACE", "where the controller runs; default: the context's"],
  ["--lease-name <name>", "LEASE_NAME", "the controller's lease", "breakwater"],
  ["--service-account <namespace/name>", "SERVICE_ACCOUNT", "whose rights; default: the caller's"],
  ["--prometheus-url <url>", "PROMETHEUS_URL", "for fleets that name none of their own"],
  ["--prometheus-token-file <path>", "PROMETHEUS_TOKEN_FILE", "bearer token"],
  ["--prometheus-ca-file <path>", "PROMETHEUS_CA_FILE", "certificate authority, PEM"],
  ["--prometheus-cert-file <path>", "PROMETHEUS_CERT_FILE", "client certificate for mTLS, PEM"],
  ["--prometheus-key-file <path>", "PROMETHEUS_KEY_FILE", "key of the client certificate, PEM"],
];

export function withDoctorFlags(command: Command): Command {
  for (const [flag, env, text, fallback] of FLAGS) {
    const option = new Option(flag, text).env(`BREAKWATER_${env}`);
    command.addOption(fallback === undefined ? option : option.default(fallback));
  }
  return command;
}

type Raw = Readonly<Record<string, string | undefined>>;

/** @throws UsageError naming the flag, what was found and what is expected */
export function decodeDoctorFlags(raw: Raw): DoctorFlags {
  return {
    format: raw["format"] === "json" ? "json" : "text",
    kubeconfig: raw["kubeconfig"] ?? null,
    namespace: raw["namespace"] ?? null,
    leaseName: raw["leaseName"] ?? "",
    account: accountOf(raw["serviceAccount"]),
    prometheusUrl: raw["prometheusUrl"] ?? null,
    prometheusTokenFile: raw["prometheusTokenFile"] ?? null,
    prometheusCaFile: raw["prometheusCaFile"] ?? null,
    prometheusCertFile: raw["prometheusCertFile"] ?? null,
    prometheusKeyFile: raw["prometheusKeyFile"] ?? null,
  };
}

function accountOf(text: string | undefined): DoctorFlags["account"] {
  if (text === undefined) return null;
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  const expected = "expected namespace/name as breakwater-system/breakwater";
  throw new UsageError(`--service-account: found "${text}", ${expected}`);
}
