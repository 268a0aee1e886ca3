import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../../src/adapters/prometheus/client.ts";
import type { PrometheusCredentials } from "../../../src/adapters/prometheus/endpoint.ts";
import { epochMs, millis } from "../../../src/core/units.ts";
import { selfSigned } from "./self-signed.ts";
import { vector } from "./stub-server.ts";

describe("a Prometheus behind TLS", () => {
  const [ours, other] = [selfSigned(), selfSigned()];
  const dir = mkdtempSync(join(tmpdir(), "breakwater-ca-"));
  const caFile = join(dir, "ca.crt");
  const client = createPrometheusClient({ deadlineMs: millis(5_000), concurrencyPerOrigin: 1 });
  let server: Server;
  let url = "";

  beforeAll(async () => {
    server = createServer(ours, (_, response) => response.end(vector([])));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (typeof address === "object" && address !== null) url = `https://127.0.0.1:${address.port}`;
  });

  afterAll(async () => {
    await client.close();
    server.close();
    rmSync(dir, { recursive: true });
  });

  const ask = (credentials: PrometheusCredentials) =>
    client.instant(
      { url, headers: {}, credentials },
      { name: "load", promql: "x", at: epochMs(0) },
    );

  it("is trusted by the authority given as text", async () => {
    await expect(ask({ caPem: ours.cert })).resolves.toEqual({ series: [], degraded: null });
  });

  it("is not trusted without, nor by another authority, and the error says so", async () => {
    for (const credentials of [{}, { caPem: other.cert }]) {
      await expect(ask(credentials)).rejects.toMatchObject({
        code: "unreachable",
        message: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY|CERT_SIGNATURE/),
      });
    }
  });

  it("is trusted by an authority in a file, also after the file was rotated", async () => {
    writeFileSync(caFile, other.cert);
    await expect(ask({ caFile })).rejects.toMatchObject({ code: "unreachable" });
    writeFileSync(caFile, ours.cert);
    await expect(ask({ caFile })).resolves.toEqual({ series: [], degraded: null });
  });
});
