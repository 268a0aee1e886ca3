import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../../src/adapters/prometheus/client.ts";
import type { PrometheusCredentials } from "../../../src/adapters/prometheus/endpoint.ts";
import { epochMs, millis } from "../../../src/core/units.ts";
import { selfSigned } from "./self-signed.ts";
import { vector } from "./stub-server.ts";

describe("a Prometheus that asks who we are", () => {
  const [server, ours] = [selfSigned("server"), selfSigned("ours")];
  const [rotated, stranger] = [selfSigned("rotated"), selfSigned("stranger")];
  const dir = mkdtempSync(join(tmpdir(), "breakwater-mtls-"));
  const files = { certFile: join(dir, "tls.crt"), keyFile: join(dir, "tls.key") };
  const client = createPrometheusClient({ deadlineMs: millis(5_000), concurrencyPerOrigin: 1 });
  const shown: string[] = [];
  let listening: Server;
  let url = "";

  beforeAll(async () => {
    const trusted = { ca: [ours.cert, rotated.cert], requestCert: true, rejectUnauthorized: true };
    listening = createServer({ ...server, ...trusted }, (request, response) => {
      shown.push(fingerprintOf(request.socket));
      response.end(vector([]));
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    if (typeof address === "object" && address !== null) url = `https://127.0.0.1:${address.port}`;
  });

  afterAll(async () => {
    await client.close();
    listening.close();
    rmSync(dir, { recursive: true });
  });

  const ask = (credentials: PrometheusCredentials) =>
    client.instant(
      { url, headers: {}, credentials: { caPem: server.cert, ...credentials } },
      { name: "load", promql: "x", at: epochMs(0) },
    );
  const pem = ({ cert, key }: { cert: string; key: string }) => ({ certPem: cert, keyPem: key });

  it("is shown our certificate", async () => {
    await expect(ask(pem(ours))).resolves.toEqual({ series: [], degraded: null });
  });

  it("is shown the new certificate after the files were rotated", async () => {
    const before = shown.length;
    for (const { cert, key } of [ours, rotated]) {
      writeFileSync(files.certFile, cert);
      writeFileSync(files.keyFile, key);
      await ask(files);
    }
    expect(new Set(shown.slice(before)).size).toBe(2);
  });

  it.each([
    ["none", {}],
    ["a stranger's", pem(stranger)],
  ])("closes the connection, and the error says what may be missing, with %s", async (_, shows) => {
    await expect(ask(shows)).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("does it ask for a client certificate"),
    });
  });

  it.each([
    ["a certificate without its key", { certPem: ours.cert }, "invalid", "without its key"],
    ["a key without its certificate", { keyPem: ours.key }, "invalid", "without its certificate"],
    [
      "another certificate's key",
      { certPem: ours.cert, keyPem: stranger.key },
      "unauthorized",
      "not usable",
    ],
    ["what is no PEM", { certPem: "x", keyPem: "secret" }, "unauthorized", "not usable"],
  ])("is not asked with %s", async (_, credentials, code, text) => {
    const error = await ask(credentials).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(String(error)).not.toMatch(/secret|PRIVATE KEY/);
  });
});

const isTls = (socket: object): socket is TLSSocket => "getPeerCertificate" in socket;

const fingerprintOf = (socket: object): string =>
  isTls(socket) ? socket.getPeerCertificate().fingerprint256 : "";
