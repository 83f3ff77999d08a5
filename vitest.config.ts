import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "bench/**/*.test.ts", "web/src/**/*.test.ts"],
    globalSetup: "vitest.build.ts",
    pool: "threads",
    isolate: false, // modules are loaded once a thread: a quarter of the time of all tests
    maxWorkers: 2, // the default leaves one core of two idle
    testTimeout: 60_000, // a busy machine; what a test may take is said where it matters
    coverage: {
      provider: "v8",
      reporter: ["html"],
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts", "src/**/*.fixture.ts"],
    },
  },
});
