import { afterEach, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../../src/adapters/prometheus/client.ts";
import { createSeriesSurvey } from "../../../src/adapters/prometheus/series-survey.ts";
import { epochMs, millis } from "../../../src/core/units.ts";
import { aFleet } from "../../support/reports/compiled.ts";
import { answering, type Handler, startStub, type StubServer } from "./stub-server.ts";

const stubs: StubServer[] = [];
const client = createPrometheusClient({ deadlineMs: millis(2_000), concurrencyPerOrigin: 2 });
const AT = epochMs(1_000_000);

async function surveyAt(handler: Handler) {
  const stub = await startStub(handler);
  stubs.push(stub);
  const defaultEndpoint = { url: stub.url, headers: {}, credentials: {} };
  const resolveCredentials = async () => ({});
  return { stub, survey: createSeriesSurvey({ client, defaultEndpoint, resolveCredentials }) };
}

const vector = (part: string, value: number): string =>
  JSON.stringify({
    status: "success",
    data: {
      resultType: "vector",
      result: [{ metric: { breakwater_part: part }, value: [1_000, String(value)] }],
    },
  });

afterEach(async () => {
  await Promise.all(stubs.splice(0).map((stub) => stub.stop()));
});

describe("a fleet's series", () => {
  it("are counted in two questions as of one instant", async () => {
    const { stub, survey } = await surveyAt((request, response) => {
      const targets = request.form.get("query")?.includes('"engine-presence_all"') === true;
      response.end(targets ? vector("engine-presence_all", 8) : vector("samples", 4));
    });
    const reading = await survey.read(aFleet(), AT);
    expect(reading).toMatchObject({ targets: 8, samplesPerWindow: 4 });
    expect(stub.received.map(({ form }) => form.get("time"))).toEqual(["1000", "1000"]);
  });

  it("are an error where one of the questions fails: a part of the truth misleads", async () => {
    const { survey } = await surveyAt(answering(500, "upstream exploded"));
    await expect(survey.read(aFleet(), AT)).rejects.toMatchObject({ name: "PortError" });
  });

  it("are an error where there is nobody to ask", async () => {
    const resolveCredentials = async () => ({});
    const nobody = createSeriesSurvey({ client, defaultEndpoint: null, resolveCredentials });
    await expect(nobody.read(aFleet(), AT)).rejects.toMatchObject({ code: "not-found" });
  });
});
