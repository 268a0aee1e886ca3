import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect } from "../../../src/adapters/kubernetes/connection.ts";
import { NODES } from "../../../src/adapters/kubernetes/resources.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";

const SERVER = "http://127.0.0.1:1";
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Parts {
  readonly server?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly ca?: string;
  readonly unverified?: boolean;
  readonly user?: object;
  readonly users?: readonly object[];
}

function kubeconfig(parts: Parts): string {
  const { server = SERVER, context = "ctx", user = {}, users, unverified = true } = parts;
  const path = join(dir, "config");
  const authority = parts.ca === undefined ? {} : { "certificate-authority": parts.ca };
  const cluster = { server, "insecure-skip-tls-verify": unverified, ...authority };
  const used = { cluster: parts.cluster ?? "c", user: "u", namespace: "agents" };
  const config = {
    "current-context": context,
    clusters: [{ name: "c", cluster }],
    contexts: [{ name: "ctx", context: used }],
    users: users ?? [{ name: "u", user }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

describe("a kubeconfig", () => {
  it.each([
    ["that is missing", () => join(dir, "none"), /kubeconfig .*none cannot be read: ENOENT/],
    [
      "that is no YAML",
      () => {
        const path = join(dir, "bad");
        writeFileSync(path, "a: [");
        return path;
      },
      /kubeconfig .*bad cannot be read: .*; expected a kubeconfig file/s,
    ],
    [
      "that is empty",
      () => {
        const path = join(dir, "empty");
        writeFileSync(path, "");
        return path;
      },
      /kubeconfig .*empty cannot be read/,
    ],
    [
      "whose context is unknown",
      () => kubeconfig({ context: "prod" }),
      /current-context is "prod", expected one of its contexts: ctx/,
    ],
    [
      "without a server",
      () => kubeconfig({ server: "" }),
      /clusters\[0\].cluster.server is missing/,
    ],
    [
      "whose server is spoken to in the clear, and does not say that it may",
      () => kubeconfig({ unverified: false }),
      /cluster "c" of context "ctx": found server http:\/\/127.0.0.1:1, expected https:.*-tls/,
    ],
    [
      "whose cluster is unknown",
      () => kubeconfig({ cluster: "d" }),
      /cluster "d" of context "ctx" has no server/,
    ],
    [
      "whose user is unknown",
      () => kubeconfig({ users: [] }),
      /user "u" of context "ctx" is not among its users/,
    ],
  ])("%s is refused: path and problem named", (_what, write, message) => {
    expect(() => connect(write())).toThrow(message);
  });

  it("says which namespace and server it means", () => {
    expect(connect(kubeconfig({ server: `${SERVER}/` }))).toMatchObject({
      server: SERVER,
      namespace: "agents",
    });
  });

  it("whose token file is unreadable fails the call, naming both", async () => {
    const authProvider = { name: "tokenFile", config: { tokenFile: join(dir, "no-token") } };
    const user = { "auth-provider": authProvider };
    const { transport } = connect(kubeconfig({ user }));
    const client = kubeClient({ transport, timers: processTimers() });
    const call = client.get({ resource: NODES, namespace: "", name: "n1" });
    await expect(call).rejects.toMatchObject({
      code: "unauthorized",
      message: expect.stringMatching(/credentials of kubeconfig .*config: ENOENT.*no-token/),
    });
  });
});

describe("outside a pod, without a kubeconfig", () => {
  it("says what to pass", () => {
    expect(() => connect(null)).toThrow(/no kubeconfig was given .* pass --kubeconfig PATH/);
  });
});

describe("a connection", () => {
  let server: Server;
  const seen: { connections: number; headers: string[] } = { connections: 0, headers: [] };

  beforeEach(async () => {
    Object.assign(seen, { connections: 0, headers: [] });
    server = createServer((request, response) => {
      seen.headers.push(String(request.headers.authorization));
      if (request.url?.includes("watch=1") === true) {
        response.write('{"type":"ADDED","obj');
        setImmediate(() => response.end('ect":{"metadata":{"name":"ü"}}}\n'));
        return;
      }
      response.setHeader("content-type", "application/json");
      response.end('{"metadata":{"name":"n1","uid":"u1"}}');
    });
    server.on("connection", () => {
      seen.connections += 1;
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterEach(() => server.close());

  const address = () => {
    const found = server.address();
    if (found === null || typeof found === "string") throw new Error("not a TCP server");
    return `http://127.0.0.1:${found.port}`;
  };

  it("is shared by all calls, and carries the credentials", async () => {
    const connection = connect(kubeconfig({ server: address(), user: { token: "secret\n" } }));
    const client = kubeClient({ transport: connection.transport, timers: processTimers() });
    for (let call = 0; call < 20; call += 1) {
      await client.get({ resource: NODES, namespace: "", name: "n1" });
    }
    expect(seen.headers).toEqual(Array(20).fill("Bearer secret"));
    // A call that starts while the last one is still being put away opens a second one.
    expect(seen.connections).toBeLessThanOrEqual(2);
    await connection.close();
  });

  it("is made anew when the authority's certificate changes", async () => {
    const ca = join(dir, "ca.crt");
    writeFileSync(ca, "one");
    const connection = connect(kubeconfig({ server: address(), ca }));
    const client = kubeClient({ transport: connection.transport, timers: processTimers() });
    const call = () => client.get({ resource: NODES, namespace: "", name: "n1" });
    await call();
    expect(seen.connections).toBe(1);
    writeFileSync(ca, "two");
    await call();
    expect(seen.connections).toBe(2);
    await connection.close();
  });

  it("streams a watch line by line", async () => {
    const connection = connect(kubeconfig({ server: address() }));
    const client = kubeClient({ transport: connection.transport, timers: processTimers() });
    const { signal } = new AbortController();
    const from = { resourceVersion: "1", timeoutMs: 1_000, signal };
    const lines = await client.watch({ resource: NODES, namespace: "" }, from);
    const seenLines: string[] = [];
    for await (const line of lines) seenLines.push(line);
    expect(seenLines).toEqual(['{"type":"ADDED","object":{"metadata":{"name":"ü"}}}']);
    await connection.close();
  });
});
