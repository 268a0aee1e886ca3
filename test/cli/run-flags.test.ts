import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { decodeRunFlags, withRunFlags } from "../../src/cli/run-flags.ts";
import type { RunFlags } from "../../src/cli/run-flags.ts";

function parsed(...argv: readonly string[]): RunFlags {
  const command = withRunFlags(new Command("run").exitOverride());
  return decodeRunFlags(command.parse(argv, { from: "user" }).opts());
}

describe("the controller's flags", () => {
  it("all have a default, so that a cluster needs none", () => {
    expect(parsed()).toMatchObject({
      namespace: null,
      leaseName: "breakwater",
      leaseDurationMs: 15_000,
      http: { host: "127.0.0.1", port: 8_080 },
      console: null,
      tickMs: 15_000,
      prometheusUrl: null,
      decisionLog: null,
      kubeconfig: null,
    });
    expect(parsed().identity).not.toBe("");
  });

  it.each([
    ["--tick", "500ms", { tickMs: 500 }],
    ["--tick", "1m30s", { tickMs: 90_000 }],
    ["--lease-duration", "20", { leaseDurationMs: 20_000 }],
    ["--http-address", "0.0.0.0:9090", { http: { host: "0.0.0.0", port: 9_090 } }],
    ["--http-address", "[::1]:0", { http: { host: "::1", port: 0 } }],
    ["--console-address", "127.0.0.1:8081", { console: { host: "127.0.0.1", port: 8_081 } }],
    ["--console-address", "", { console: null }],
    ["--decision-log", "/var/log/decisions.jsonl", { decisionLog: "/var/log/decisions.jsonl" }],
    ["--audit-stdout", "true", { auditStdout: true }],
    ["--audit-url", "https://audit.example/in", { auditUrl: "https://audit.example/in" }],
    ["--audit-url", "", { auditUrl: null }],
    ["--audit-token-file", "/var/token", { auditTokenFile: "/var/token" }],
  ])("%s %s", (flag, value, expected) => {
    expect(parsed(flag, value)).toMatchObject(expected);
  });

  it("send events nowhere, or to an address with what they are signed with", () => {
    const [url, file] = ["https://chat.example/hook", "/etc/secret"];
    expect(parsed().webhook).toBeNull();
    expect(parsed("--webhook-url", url, "--webhook-secret-file", file).webhook).toEqual({
      url,
      secretFile: file,
    });
    expect(() => parsed("--webhook-url", url)).toThrow("--webhook-secret-file: found nothing");
  });

  it.each(["chat.example/canary", "ftp://chat.example/canary", ""])(
    "refuse the address %j without showing it",
    (url) => {
      const read = () => parsed("--webhook-url", url, "--webhook-secret-file", "/etc/secret");
      expect(read).toThrow(/^--webhook-url: found no http or https address/);
      expect(read).not.toThrow(/canary/);
    },
  );

  it.each([
    ["--tick", "soon", "expected a duration such as 15s or 1m30s"],
    ["--tick", "0s", "expected a duration such as 15s or 1m30s"],
    ["--lease-duration", "-5s", "expected a duration such as 15s or 1m30s"],
    ["--http-address", "8080", "expected host:port as 127.0.0.1:8080"],
    ["--http-address", ":8080", "expected host:port as 127.0.0.1:8080"],
    ["--http-address", "127.0.0.1:", "expected host:port as 127.0.0.1:8080"],
    ["--console-address", "127.0.0.1:70000", "expected host:port as 127.0.0.1:8080"],
    ["--audit-stdout", "yes", "expected true or false"],
    ["--audit-url", "audit.example", "expected an address as https://audit.example/in"],
  ])("%s %s is refused, with what is expected", (flag, value, expected) => {
    expect(() => parsed(`${flag}=${value}`)).toThrow(`${flag}: found "${value}", ${expected}`);
  });
});
