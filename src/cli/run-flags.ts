/** The controller's own settings: flags with environment twins. Policy lives in the objects. */
import { hostname } from "node:os";
import { Option } from "commander";
import type { Command } from "commander";
import { GO_DURATION_PATTERN, durationMs } from "../config/go-duration.ts";
import type { Millis } from "../core/units.ts";
import { UsageError } from "./usage-error.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface RunFlags {
  readonly namespace: string | null;
  readonly leaseName: string;
  readonly leaseDurationMs: Millis;
  readonly identity: string;
  readonly http: Address;
  /** A second listener for port-forwarding; null: none. */
  readonly console: Address | null;
  readonly tickMs: Millis;
  readonly prometheusUrl: string | null;
  readonly prometheusTokenFile: string | null;
  readonly prometheusCaFile: string | null;
  readonly prometheusCertFile: string | null;
  readonly prometheusKeyFile: string | null;
  readonly decisionLog: string | null;
  readonly webhook: WebhookFlags | null;
  readonly auditStdout: boolean;
  readonly auditUrl: string | null;
  readonly auditTokenFile: string | null;
  readonly kubeconfig: string | null;
}

/** Where events are sent, signed with what the file holds. */
export interface WebhookFlags {
  readonly url: string;
  readonly secretFile: string;
}

type Flag = readonly [flag: string, env: string, text: string, fallback?: string];

const FLAGS: readonly Flag[] = [
  ["--namespace <name>", "NAMESPACE", "of the lease and the memory; default: the context's"],
  ["--lease-name <name>", "LEASE_NAME", "replicas of one controller share it", "breakwater"],
  ["--lease-duration <duration>", "LEASE_DURATION", "a standby takes over after it", "15s"],
  ["--identity <name>", "IDENTITY", "unique among replicas; default: host name and process"],
  ["--http-address <host:port>", "HTTP_ADDRESS", "metrics, health, API, console", "127.0.0.1:8080"],
  ["--console-address <host:port>", "CONSOLE_ADDRESS", "a second, loopback listener in a pod"],
  ["--tick <duration>", "TICK", "how often the world is looked at", "15s"],
  ["--prometheus-url <url>", "PROMETHEUS_URL", "for fleets that name none of their own"],
  ["--prometheus-token-file <path>", "PROMETHEUS_TOKEN_FILE", "bearer token, read at each request"],
  ["--prometheus-ca-file <path>", "PROMETHEUS_CA_FILE", "certificate authority, PEM"],
  ["--prometheus-cert-file <path>", "PROMETHEUS_CERT_FILE", "client certificate for mTLS, PEM"],
  ["--prometheus-key-file <path>", "PROMETHEUS_KEY_FILE", "key of the client certificate, PEM"],
  ["--decision-log <path>", "DECISION_LOG", "JSON lines of every decision, rotated at 256 MiB"],
  ["--webhook-url <url>", "WEBHOOK_URL", "every event is sent there as a CloudEvent"],
  ["--webhook-secret-file <path>", "WEBHOOK_SECRET_FILE", "key of its signature, read each time"],
  ["--audit-stdout <boolean>", "AUDIT_STDOUT", "print every decision record as well", "false"],
  ["--audit-url <url>", "AUDIT_URL", "post copies of the decision records there, as JSON lines"],
  ["--audit-token-file <path>", "AUDIT_TOKEN_FILE", "bearer token, read at each request"],
  ["--kubeconfig <path>", "KUBECONFIG", "default: the pod's service account"],
];

/** Adds every flag with its `BREAKWATER_` twin. */
export function withRunFlags(command: Command): Command {
  for (const [flag, env, text, fallback] of FLAGS) {
    const option = new Option(flag, text).env(`BREAKWATER_${env}`);
    command.addOption(fallback === undefined ? option : option.default(fallback));
  }
  return command;
}

type Raw = Readonly<Record<string, string | undefined>>;

/** @throws UsageError naming the flag, what was found and what is expected */
export function decodeRunFlags(raw: Raw): RunFlags {
  return {
    namespace: raw["namespace"] ?? null,
    leaseName: raw["leaseName"] ?? "",
    leaseDurationMs: durationOf("--lease-duration", raw["leaseDuration"]),
    identity: raw["identity"] ?? `${hostname()}-${process.pid}`,
    http: addressOf("--http-address", raw["httpAddress"] ?? ""),
    console: optional(raw["consoleAddress"], (text) => addressOf("--console-address", text)),
    tickMs: durationOf("--tick", raw["tick"]),
    prometheusUrl: raw["prometheusUrl"] ?? null,
    prometheusTokenFile: raw["prometheusTokenFile"] ?? null,
    prometheusCaFile: raw["prometheusCaFile"] ?? null,
    prometheusCertFile: raw["prometheusCertFile"] ?? null,
    prometheusKeyFile: raw["prometheusKeyFile"] ?? null,
    decisionLog: raw["decisionLog"] ?? null,
    webhook: webhookOf(raw["webhookUrl"], raw["webhookSecretFile"]),
    auditStdout: booleanOf("--audit-stdout", raw["auditStdout"]),
    auditUrl: optional(raw["auditUrl"], (text) => urlOf("--audit-url", text)),
    auditTokenFile: raw["auditTokenFile"] ?? null,
    kubeconfig: raw["kubeconfig"] ?? null,
  };
}

/** The address is not shown: those of chat systems are secrets. */
function webhookOf(url = "", secretFile = ""): WebhookFlags | null {
  if (url === "" && secretFile === "") return null;
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol !== "https:" && protocol !== "http:") {
    throw new UsageError("--webhook-url: found no http or https address; it is not shown here");
  }
  if (secretFile !== "") return { url, secretFile };
  throw new UsageError(
    "--webhook-secret-file: found nothing, expected the path of a file with a secret: events are " +
      "signed, so that the receiver knows who sent them",
  );
}

function durationOf(flag: string, text = ""): Millis {
  const found = GO_DURATION_PATTERN.test(text) ? durationMs(text) : durationMs(Number(text));
  if (found > 0) return found;
  throw new UsageError(`${flag}: found "${text}", expected a duration such as 15s or 1m30s`);
}

function booleanOf(flag: string, text = "false"): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new UsageError(`${flag}: found "${text}", expected true or false`);
}

function urlOf(flag: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`${flag}: found "${text}", expected an address as https://audit.example/in`);
}

const optional = <T>(text: string | undefined, decode: (text: string) => T): T | null =>
  text === undefined || text === "" ? null : decode(text);

function addressOf(flag: string, text: string): Address {
  const cut = text.lastIndexOf(":");
  const host = text.slice(0, cut).replace(/^\[|\]$/g, "");
  const digits = text.slice(cut + 1);
  const port = Number(digits);
  if (cut > 0 && /^\d+$/.test(digits) && port <= 65_535) return { host, port };
  throw new UsageError(`${flag}: found "${text}", expected host:port as 127.0.0.1:8080`);
}
