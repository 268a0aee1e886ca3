import { describe, expect, it } from "vitest";
import { decodeDoctorFlags } from "../../src/cli/doctor-flags.ts";

describe("the flags of doctor", () => {
  it("have defaults that a pod of the controller can live with", () => {
    expect(decodeDoctorFlags({ leaseName: "breakwater" })).toMatchObject({
      format: "text",
      kubeconfig: null,
      namespace: null,
      account: null,
      prometheusUrl: null,
    });
  });

  it("name a service account by namespace and name", () => {
    const { account } = decodeDoctorFlags({ serviceAccount: "breakwater-system/breakwater" });
    expect(account).toEqual({ namespace: "breakwater-system", name: "breakwater" });
  });

  it.each(["breakwater", "a/b/c", "/b", "a/", "A/b", ""])("refuse %j as one", (serviceAccount) => {
    expect(() => decodeDoctorFlags({ serviceAccount })).toThrow(
      `--service-account: found "${serviceAccount}", expected namespace/name`,
    );
  });
});
