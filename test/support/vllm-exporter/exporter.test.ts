import { afterEach, describe, expect, it } from "vitest";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import { startVllmExporter, type VllmExporter, type VllmExporterOptions } from "./exporter.ts";
import { shareWithin } from "./histogram.ts";
import { FleetModel } from "./fleet-model.ts";
import { capacityOf } from "./replica.ts";
import { generated } from "./traffic.ts";

/** Eight of these carry the generated 3.4 turns/s with room; two do not carry three times that. */
const CAPACITY = {
  prefillTokensPerSecond: 15_000,
  baseTtftMs: 100,
  itlBaseMs: 10,
  itlPerSequenceMs: 0.2,
  kvTokens: 2_000_000,
};
const TRAFFIC = generated(7);

const aModel = (replicas: number) =>
  new FleetModel({ traffic: TRAFFIC, replicas, perReplica: CAPACITY });

const waiting = (model: FleetModel) =>
  model.replicas.reduce((sum, replica) => sum + replica.waiting, 0);

function ttftShare(model: FleetModel, seconds: number): number {
  const shares = model.replicas.map(({ counters }) => shareWithin(counters.ttft, seconds));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describe("the load model", () => {
  it("serves the traffic it has capacity for", () => {
    const model = aModel(8);
    model.advanceTo(600);
    expect(waiting(model)).toBeLessThan(20);
    expect(ttftShare(model, 5)).toBeGreaterThan(0.95);
  });

  it("over capacity lets the queue grow and the share within the threshold fall", () => {
    const model = aModel(8);
    model.setLoad(8);
    model.advanceTo(120);
    const early = waiting(model);
    model.advanceTo(300);
    expect(early).toBeGreaterThan(50);
    expect(waiting(model)).toBeGreaterThan(early * 1.5);
    expect(ttftShare(model, 5)).toBeLessThan(0.5);
  });

  it("recovers once replicas are added", () => {
    const model = aModel(2);
    model.setLoad(3);
    model.advanceTo(120);
    expect(waiting(model)).toBeGreaterThan(20);
    model.setReplicas(16);
    model.advanceTo(400);
    expect(waiting(model)).toBeLessThan(20);
  });

  it("loses the turns whose clients hang up, where they do", () => {
    const perReplica = { ...CAPACITY, patienceSeconds: 10 };
    const model = new FleetModel({ traffic: TRAFFIC, replicas: 2, perReplica });
    model.setLoad(8);
    model.advanceTo(300);
    expect(ttftShare(model, 20)).toBe(1);
    model.setLoad(0);
    model.advanceTo(330);
    expect(waiting(model)).toBe(0);
  });

  it("keeps every turn when replicas go", () => {
    const model = aModel(6);
    model.advanceTo(200);
    const before = model.replicas.reduce((sum, { counters }) => sum + counters.finished, 0);
    const lost = model.replicas.slice(3).reduce((sum, { counters }) => sum + counters.finished, 0);
    model.setReplicas(3);
    const inside = model.replicas.reduce((sum, r) => sum + r.waiting + r.running, 0);
    const kept = model.replicas.reduce((sum, { counters }) => sum + counters.finished, 0);
    expect(kept + lost).toBe(before);
    expect(inside + before).toBe(model.turnsArrived);
  });

  it("caches less when it has fewer replicas to cache in", () => {
    const hitRate = (kvTokens: number) => {
      const model = new FleetModel({
        traffic: TRAFFIC,
        replicas: 4,
        perReplica: { ...CAPACITY, kvTokens },
      });
      model.advanceTo(900);
      const sum = (of: "promptTokens" | "computedTokens") =>
        model.replicas.reduce((total, { counters }) => total + counters[of], 0);
      return 1 - sum("computedTokens") / sum("promptTokens");
    };
    expect(hitRate(4_000_000)).toBeGreaterThan(hitRate(300_000) + 0.1);
  });

  it("scales the profile's figures by the GPUs of a replica", () => {
    const profile = ENGINE_PROFILES["test-small"];
    expect(profile && capacityOf(profile, 4)).toEqual({
      prefillTokensPerSecond: 2_000,
      baseTtftMs: 100,
      itlBaseMs: 10,
      itlPerSequenceMs: 0.125,
      kvTokens: 400_000,
    });
  });
});

describe("the exporter", () => {
  const running: VllmExporter[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((exporter) => exporter.stop()));
  });

  async function started(options: Partial<VllmExporterOptions> = {}) {
    const time = { ms: 0 };
    const said: string[] = [];
    const exporter = await startVllmExporter({
      seed: 7,
      replicas: 2,
      perReplica: CAPACITY,
      modelName: "dsr1-fp4",
      traffic: TRAFFIC,
      clockMs: () => time.ms,
      announce: (line) => said.push(line),
      ...options,
    });
    running.push(exporter);
    return { exporter, time, said };
  }

  const scrape = async (url: string) => {
    const answer = await fetch(url);
    return { status: answer.status, text: await answer.text() };
  };

  it("says which traffic it plays", async () => {
    const { exporter, said } = await started();
    expect(said).toEqual([`vllm exporter: traffic ${exporter.traffic}`]);
    expect(exporter.traffic).toMatch(/^generated from seed 7: \d+ turns$/);
  });

  it("gives the same page for the same seed, controls and instants", async () => {
    const pages = [];
    for (const _ of [1, 2]) {
      const { exporter, time } = await started();
      time.ms = 20_000;
      exporter.setTurnsPerSecond(10);
      time.ms = 60_000;
      pages.push((await scrape(exporter.url)).text);
    }
    expect(pages[0]).toBe(pages[1]);
  });

  it("does not depend on how often it is scraped", async () => {
    const often = await started();
    const once = await started();
    for (let ms = 1_000; ms <= 30_000; ms += 1_000) {
      often.time.ms = ms;
      await scrape(often.exporter.url);
    }
    once.time.ms = 30_000;
    expect(await scrape(often.exporter.url)).toEqual(await scrape(once.exporter.url));
  });

  it("writes the names, labels and buckets of vLLM", async () => {
    const { exporter, time } = await started();
    time.ms = 60_000;
    const { text } = await scrape(exporter.url);
    const base = 'engine="0",model_name="dsr1-fp4"';
    for (const sample of [
      `vllm:num_requests_waiting{${base}} `,
      `vllm:num_requests_waiting{engine="1",model_name="dsr1-fp4"} `,
      `vllm:prompt_tokens_by_source_total{${base},source="local_compute"} `,
      `vllm:time_to_first_token_seconds_bucket{${base},le="1.0"} `,
      `vllm:time_to_first_token_seconds_bucket{${base},le="2.5"} `,
      `vllm:inter_token_latency_seconds_count{${base}} `,
      'vllm:cache_config_info{block_size="16",cache_dtype="auto",num_gpu_blocks="125000",engine=',
    ]) {
      expect(text).toContain(`\n${sample}`);
    }
  });

  it("gives each replica a target; an empty slot is up and delivers nothing", async () => {
    const { exporter } = await started();
    const targets = exporter.targets({ job: "vllm", slots: 3, labels: { namespace: "agents" } });
    expect(targets.map(({ labels }) => labels)).toEqual(
      [0, 1, 2].map((slot) => ({
        instance: `replica-${slot}`,
        pod: `replica-${slot}`,
        namespace: "agents",
      })),
    );
    const pages = await Promise.all(
      targets.map(({ address, path }) => scrape(`http://${address}${path}`)),
    );
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(pages.map(({ text }) => text.includes('engine="0"'))).toEqual([true, true, false]);
  });

  it("refuses metrics during an outage and serves on meanwhile", async () => {
    const { exporter, time } = await started();
    exporter.setOutage(true);
    expect((await scrape(exporter.url)).status).toBe(503);
    time.ms = 60_000;
    exporter.setOutage(false);
    expect((await scrape(exporter.url)).status).toBe(200);
    expect(exporter.state().turnsFinished).toBeGreaterThan(50);
  });

  it("can lose the metrics of one replica alone", async () => {
    const { exporter } = await started();
    exporter.setOutage(true, 1);
    const paths = exporter.targets({ job: "vllm", slots: 2 }).map(({ path }) => path);
    const statuses = paths.map(
      async (path) => (await scrape(`http://127.0.0.1:${exporter.port}${path}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 503]);
  });

  it("starts a returning replica with empty counters", async () => {
    const { exporter, time } = await started();
    time.ms = 60_000;
    exporter.setReplicas(1);
    exporter.setReplicas(2);
    const { text } = await scrape(`http://127.0.0.1:${exporter.port}/replicas/1/metrics`);
    expect(text).toContain('vllm:prompt_tokens_total{engine="0",model_name="dsr1-fp4"} 0\n');
  });

  it("is text in which every line is a sample of a family announced above it", async () => {
    const { exporter, time } = await started();
    time.ms = 60_000;
    const lines = (await scrape(exporter.url)).text.split("\n").slice(0, -1);
    const families: string[] = [];
    const strangers = lines.filter((line) => {
      const family = /^# TYPE (\S+) (?:gauge|counter|histogram)$/.exec(line)?.[1];
      if (family !== undefined) families.push(family);
      if (line.startsWith("# ")) return false;
      const name = /^([a-z:_0-9]+)\{(?:[a-z_]+="[^"]*",?)+\} [0-9.e+-]+$/.exec(line)?.[1] ?? "";
      return (
        name.replace(/_(bucket|sum|count)$/, "") !== families.at(-1) && name !== families.at(-1)
      );
    });
    expect(strangers).toEqual([]);
    expect(new Set(families).size).toBe(families.length);
  });
});
