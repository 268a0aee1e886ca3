import { describe, expect, it } from "vitest";
import { isLoopback, isLoopbackHostHeader } from "../../../src/adapters/http/loopback.ts";

describe("loopback", () => {
  it.each([
    { host: "127.0.0.1", is: true },
    { host: "::1", is: true },
    { host: "localhost", is: true },
    { host: "0.0.0.0", is: false },
    { host: "::", is: false },
    { host: "::ffff:10.0.0.1", is: false },
    { host: "localhost.example.org", is: false },
  ])("$host: $is", ({ host, is }) => {
    expect(isLoopback(host)).toBe(is);
  });

  it.each([
    { header: "localhost:8080", is: true },
    { header: "127.0.0.1:8080", is: true },
    { header: "[::1]:8080", is: true },
    { header: "evil.example", is: false },
    { header: "127.0.0.1.evil.example", is: false },
    { header: "", is: false },
    { header: undefined, is: false },
  ])("Host header $header: $is", ({ header, is }) => {
    expect(isLoopbackHostHeader(header)).toBe(is);
  });
});
