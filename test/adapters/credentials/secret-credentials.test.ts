import { describe, expect, it } from "vitest";
import { secretCredentials } from "../../../src/adapters/credentials/secret-credentials.ts";
import { aFleet } from "../prometheus/a-fleet.ts";

const encoded = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );

/** The credentials of a fleet whose Secret holds the data. */
async function credentialsOf(data: Readonly<Record<string, string>>) {
  const asked: unknown[] = [];
  const get = (request: unknown) => {
    asked.push(request);
    const metadata = { name: "prom", namespace: "agents", uid: "1", resourceVersion: "1" };
    return Promise.resolve({ apiVersion: "v1", kind: "Secret", metadata, data: encoded(data) });
  };
  const url = "https://prometheus:9090";
  const fleet = aFleet({ prometheus: { url, secretName: "prom", headers: {} } });
  return { asked, credentials: await secretCredentials({ get })(fleet) };
}

describe("the Secret of a fleet's Prometheus", () => {
  it("is read by its name in the fleet's own namespace", async () => {
    const { asked } = await credentialsOf({ token: "t" });
    expect(asked).toMatchObject([{ namespace: "agents", name: "prom" }]);
  });

  it.each([
    ["a token", { token: "t" }, { token: "t" }],
    ["user and password", { username: "u", password: "p" }, { username: "u", password: "p" }],
    [
      "an authority and a client certificate, as cert-manager writes them",
      { "ca.crt": "ca", "tls.crt": "cert", "tls.key": "key" },
      { caPem: "ca", certPem: "cert", keyPem: "key" },
    ],
    ["what it knows, beside what it does not", { token: "t", other: "x" }, { token: "t" }],
  ])("holds %s", async (_, data, expected) => {
    expect((await credentialsOf(data)).credentials).toEqual(expected);
  });

  it("is refused with what it holds and what is expected, and without any value", async () => {
    await expect(credentialsOf({ pass: "hunter2" })).rejects.toMatchObject({
      code: "invalid",
      message:
        "Secret agents/prom of InferenceFleet agents/coder has the keys pass, expected token, or " +
        "username and password, or ca.crt, or tls.crt with tls.key",
    });
  });

  it("is not asked for by a fleet that names none", async () => {
    const get = () => Promise.reject(new Error("asked"));
    expect(await secretCredentials({ get })(aFleet())).toEqual({});
  });
});
