import { defineConfig } from "vitest/config";

/** Left to itself, vitest leaves one core free. */
const BOTH_CORES = { maxWorkers: 2 };
const SEEDED = { setupFiles: ["test/support/property-seed.ts"] };
const SLOW = { testTimeout: 300_000, hookTimeout: 300_000 };
/** Each file starts a control plane of its own, and mostly waits for it. */
const SIDE_BY_SIDE = { ...SLOW, maxWorkers: 2 };
const ALONE = { ...SLOW, fileParallelism: false };

/** Four projects: `unit` and `repo` need nothing but Node; `cluster` and `browser` real parts. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          isolate: false,
          ...SEEDED,
          ...BOTH_CORES,
          testTimeout: 120_000,
          include: ["test/**/*.test.ts"],
          exclude: ["test/repo/**", "test/cluster/**", "test/browser/**"],
        },
      },
      {
        test: {
          name: "repo",
          include: ["test/repo/**/*.test.ts"],
          testTimeout: 180_000,
          ...BOTH_CORES,
          ...SEEDED,
        },
      },
      {
        test: {
          name: "cluster",
          include: ["test/cluster/**/*.test.ts"],
          ...SIDE_BY_SIDE,
          ...SEEDED,
        },
      },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], ...ALONE } },
    ],
  },
});
