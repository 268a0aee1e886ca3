import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../src/adapters/prometheus/client.ts";
import type { PrometheusCredentials } from "../../src/adapters/prometheus/endpoint.ts";
import { epochMs, millis } from "../../src/core/units.ts";
import { selfSigned } from "../adapters/prometheus/self-signed.ts";
import { freePort } from "../support/control-plane/free-port.ts";
import { openProcessGroup, type ProcessGroup } from "../support/control-plane/process-group.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = toolsOrSkip(["prometheus"]);

/** With TLS 1.3 a client has connected before the server looks at its certificate. */
const VERSIONS = [
  { version: "TLS12", code: "unauthorized", text: "the server refuses our client certificate" },
  { version: "TLS13", code: "unreachable", text: "does it ask for a client certificate" },
] as const;

describe.skipIf(missing !== "").each(VERSIONS)(
  `a real Prometheus that asks over $version who we are ${missing}`,
  ({ version, code, text }) => {
    const server = selfSigned("server");
    const ours = selfSigned("ours");
    const stranger = selfSigned("stranger");
    const client = createPrometheusClient({ deadlineMs: millis(5_000), concurrencyPerOrigin: 1 });
    let group: ProcessGroup;
    let url = "";

    beforeAll(async () => {
      group = openProcessGroup("prometheus");
      const file = (name: string, text: string) => {
        const path = join(group.dir, name);
        writeFileSync(path, text);
        return path;
      };
      const web = {
        cert_file: file("server.crt", server.cert),
        key_file: file("server.key", server.key),
        client_ca_file: file("clients.crt", ours.cert),
        client_auth_type: "RequireAndVerifyClientCert",
        min_version: version,
        max_version: version,
      };
      const port = await freePort();
      url = `https://127.0.0.1:${port}`;
      group.start("prometheus", toolPath("prometheus"), [
        `--config.file=${file("prometheus.yml", "{}")}`,
        `--web.config.file=${file("web.yml", JSON.stringify({ tls_server_config: web }))}`,
        `--storage.tsdb.path=${join(group.dir, "samples")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      await untilTrue("Prometheus to answer us", () =>
        ask({ certPem: ours.cert, keyPem: ours.key }).then(
          () => true,
          (cause: unknown) => `${String(cause)} ${group.lastLogLines(3)}`,
        ),
      );
    });

    afterAll(async () => {
      await group?.stop();
      await client.close();
    });

    const ask = (credentials: PrometheusCredentials) =>
      client.instant(
        { url, headers: {}, credentials: { caPem: server.cert, ...credentials } },
        { name: "load", promql: "vector(1)", at: epochMs(1_000_000) },
      );

    it("answers with our certificate", async () => {
      const answer = await ask({ certPem: ours.cert, keyPem: ours.key });
      expect(answer.series).toEqual([{ labels: {}, value: 1 }]);
    });

    it.each([
      ["none", {}],
      ["a stranger's", { certPem: stranger.cert, keyPem: stranger.key }],
    ])("refuses us with %s, and the error points at the certificate", async (_, shown) => {
      await expect(ask(shown)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(text),
      });
    });
  },
);
