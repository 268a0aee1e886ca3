import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { type Daemon, openProcessGroup, type ProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { HopelessError, untilTrue } from "./until-true.ts";

interface ScrapeTarget {
  readonly job: string;
  /** host:port */
  readonly address: string;
  /** /metrics when absent. */
  readonly path?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PrometheusOptions {
  readonly scrapeTargets: readonly ScrapeTarget[];
  readonly scrapeIntervalSeconds: number;
  /** A free port when absent. */
  readonly port?: number;
  /** Paths of rule files; none when absent. */
  readonly ruleFiles?: readonly string[];
  /** host:port of the Alertmanager that is told of alerts; none when absent. */
  readonly alertmanager?: string;
  /** Beside those that every start has. */
  readonly flags?: readonly string[];
  /** Fills the folder of the samples before the start. */
  readonly fill?: (folder: string) => void;
}

export interface PrometheusServer {
  readonly url: string;
  readonly daemon: Daemon;
  /** Replaces the targets; their stored samples stay. */
  reload(scrapeTargets: readonly ScrapeTarget[]): Promise<void>;
  lastLogLines(lines?: number): string;
  stop(): Promise<void>;
}

/** Starts a real Prometheus on loopback; a failed start leaves nothing running. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const group = openProcessGroup("prometheus");
  try {
    return await startIn(group, options);
  } catch (cause) {
    const logs = group.lastLogLines();
    await group.stop();
    throw new Error(`Prometheus did not start: ${String(cause)}\n${logs}`, { cause });
  }
}

async function startIn(group: ProcessGroup, options: PrometheusOptions): Promise<PrometheusServer> {
  const address = `127.0.0.1:${options.port ?? (await freePort())}`;
  const url = `http://${address}`;
  const configFile = join(group.dir, "prometheus.yml");
  const write = (targets: readonly ScrapeTarget[]) =>
    writeFileSync(configFile, configuration(targets, options));
  write(options.scrapeTargets);
  const samples = join(group.dir, "samples");
  options.fill?.(samples);
  const daemon = group.start("prometheus", toolPath("prometheus"), [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${samples}`,
    `--web.listen-address=${address}`,
    "--web.enable-lifecycle",
    ...(options.flags ?? []),
  ]);
  await untilTrue("Prometheus to be ready", async () => {
    if (daemon.ended() !== undefined) throw new HopelessError(`it ended with ${daemon.ended()}`);
    return (await fetch(`${url}/-/ready`)).ok;
  });
  return {
    url,
    daemon,
    reload: async (targets) => {
      write(targets);
      const answer = await fetch(`${url}/-/reload`, { method: "POST" });
      if (!answer.ok) throw new Error(`Prometheus refused to reload: ${await answer.text()}`);
    },
    lastLogLines: group.lastLogLines,
    stop: group.stop,
  };
}

/** The configuration file as JSON, which is YAML that needs no quoting rules. */
function configuration(
  targets: readonly ScrapeTarget[],
  { scrapeIntervalSeconds, ruleFiles = [], alertmanager }: PrometheusOptions,
): string {
  const interval = `${Math.round(scrapeIntervalSeconds * 1000)}ms`;
  const jobs = [...new Set(targets.map(({ job }) => job))];
  return JSON.stringify({
    global: {
      scrape_interval: interval,
      scrape_timeout: interval,
      evaluation_interval: interval,
    },
    rule_files: ruleFiles,
    ...(alertmanager === undefined ? {} : { alerting: told(alertmanager) }),
    scrape_configs: jobs.map((job) => ({
      job_name: job,
      static_configs: targets.filter((target) => target.job === job).map(staticConfig),
    })),
  });
}

const told = (address: string) => ({
  alertmanagers: [{ static_configs: [{ targets: [address] }] }],
});

function staticConfig({ address, path = "/metrics", labels = {} }: ScrapeTarget) {
  return { targets: [address], labels: { ...labels, __metrics_path__: path } };
}
