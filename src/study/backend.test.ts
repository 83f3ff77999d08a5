import { afterEach, describe, expect, it, vi } from "vitest";
import { zeros } from "../core/index.ts";
import { noticeOf } from "./backend.ts";
import type { StudyData } from "./data.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("noticeOf", () => {
  /** Two runs of 300 samples; spaces of some columns, delayed, one of them outside the joint model. */
  const study = (columns: number, delays: number, pca: number | null) => {
    const space = { delays: Array.from({ length: delays }, (_, k) => k), pca };
    const X = zeros(["samples", "features"], 300, columns);
    return {
      runs: [{ samples: 300 }, { samples: 300 }],
      spaces: [
        { ...space, joint: true },
        { ...space, joint: false },
      ],
      stimuli: [{ spaces: [[[X, X]], [[X, X]]] }],
    } as unknown as StudyData;
  };

  it("looks at the smaller of samples and joint columns, after components and delays", () => {
    vi.stubEnv("SIMCORTEX_LINALG", "");
    expect(noticeOf(study(125, 4, null), "onnx")).toMatch(/To get one/);
    expect(noticeOf(study(124, 4, null), "onnx")).toBeNull();
    expect(noticeOf(study(1000, 4, 100), "onnx")).toBeNull();
    expect(noticeOf(study(1000, 4, null), "openblas")).toBeNull();
  });
});
