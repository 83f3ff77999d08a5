import { afterEach, describe, expect, it, vi } from "vitest";
import { slowNotice } from "./find-blas.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("slowNotice", () => {
  it("says of large systems without BLAS how to get one, and nothing of small ones or with BLAS", () => {
    vi.stubEnv("SIMCORTEX_LINALG", "");
    expect(slowNotice("onnx", 500)).toMatch(/^no BLAS library was found: .* twice as long .* To get one: /);
    expect(slowNotice("onnx", 499)).toBeNull();
    expect(slowNotice("openblas", 5000)).toBeNull();
  });

  it("says nothing to who asked for this backend", () => {
    vi.stubEnv("SIMCORTEX_LINALG", "onnx");
    expect(slowNotice("onnx", 5000)).toBeNull();
  });
});
