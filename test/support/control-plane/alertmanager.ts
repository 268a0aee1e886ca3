import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { openProcessGroup } from "./process-group.ts";
import { toolPath } from "./tools.ts";
import { HopelessError, untilTrue } from "./until-true.ts";

export interface AlertmanagerServer {
  /** host:port */
  readonly address: string;
  readonly url: string;
  lastLogLines(lines?: number): string;
  stop(): Promise<void>;
}

/** Starts a real Alertmanager on loopback, alone; a failed start leaves nothing running. */
export async function startAlertmanager(configuration: string): Promise<AlertmanagerServer> {
  const group = openProcessGroup("alertmanager");
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const configFile = join(group.dir, "alertmanager.yml");
  writeFileSync(configFile, configuration);
  const daemon = group.start("alertmanager", toolPath("alertmanager"), [
    `--config.file=${configFile}`,
    `--storage.path=${join(group.dir, "state")}`,
    `--web.listen-address=${address}`,
    "--cluster.listen-address=",
  ]);
  try {
    await untilTrue("Alertmanager to be ready", async () => {
      if (daemon.ended() !== undefined) throw new HopelessError(`it ended with ${daemon.ended()}`);
      return (await fetch(`${url}/-/ready`)).ok;
    });
  } catch (cause) {
    const logs = group.lastLogLines();
    await group.stop();
    throw new Error(`Alertmanager did not start: ${String(cause)}\n${logs}`, { cause });
  }
  return { address, url, lastLogLines: group.lastLogLines, stop: group.stop };
}
