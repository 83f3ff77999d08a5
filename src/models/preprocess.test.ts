import { describe, expect, it } from "vitest";
import type { Picture } from "../stimuli/index.ts";
import { preprocessPicture } from "./preprocess.ts";
import { readPreprocessing } from "./preprocess-config.ts";

const read = (config: unknown) => readPreprocessing(config, "p.json");

describe("readPreprocessing", () => {
  it("reads what ViT's repository says, old style", () => {
    // google/vit-base-patch16-224, preprocessor_config.json
    const config = {
      do_normalize: true,
      do_resize: true,
      feature_extractor_type: "ViTFeatureExtractor",
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      resample: 2,
      size: 224,
    };
    expect(read(config)).toEqual({
      preprocessing: {
        resize: { width: 224, height: 224 },
        crop: null,
        cropRule: "transformers",
        filter: "bilinear",
        rescale: 1 / 255,
        normalise: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      },
      warnings: [],
    });
  });

  it("reads what CLIP's repository says: the shorter edge, then the middle", () => {
    const { preprocessing } = read({
      crop_size: 224,
      do_center_crop: true,
      feature_extractor_type: "CLIPFeatureExtractor",
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
      resample: 3,
      size: 224,
    });
    expect(preprocessing).toMatchObject({
      resize: { shortestEdge: 224 },
      crop: { width: 224, height: 224 },
      filter: "bicubic",
    });
  });

  it("follows ConvNext's crop_pct below 384 pixels", () => {
    const config = (edge: number) => ({
      image_processor_type: "ConvNextImageProcessor",
      size: { shortest_edge: edge },
      crop_pct: 0.875,
    });
    expect(read(config(224)).preprocessing).toMatchObject({
      resize: { shortestEdge: 256 },
      crop: { width: 224, height: 224 },
    });
    expect(read(config(384)).preprocessing).toMatchObject({
      resize: { width: 384, height: 384 },
      crop: null,
    });
  });

  it("leaves out what is switched off", () => {
    const off = { do_resize: false, do_rescale: false, do_normalize: false, do_center_crop: false };
    expect(read({ image_processor_type: "BitImageProcessor", ...off }).preprocessing).toMatchObject({
      resize: null,
      crop: null,
      rescale: null,
      normalise: null,
    });
  });

  it("warns of processors that it does not know, and refuses what it cannot do", () => {
    expect(read({ image_processor_type: "NewImageProcessorFast" }).warnings[0]).toMatch(
      /"NewImageProcessorFast" is unknown/,
    );
    expect(() => read({ do_pad: true })).toThrow('readPreprocessing: p.json: "do_pad" is not supported');
    expect(() => read({ size: { longest_edge: 800 } })).toThrow(
      'size must be a number, {"height", "width"} or {"shortest_edge"}',
    );
    expect(() => read({ resample: 9 })).toThrow("resample must be a number from 0 to 5; got 9");
    expect(() => read({ image_mean: "x" })).toThrow("image_mean must be numbers");
    expect(() => read([])).toThrow("it must be an object; got []");
  });
});

describe("preprocessPicture", () => {
  it("resizes, crops and scales in this order", () => {
    const picture: Picture = {
      width: 8,
      height: 4,
      data: Uint8Array.from({ length: 96 }, (_, k) => (k % 3 === 0 ? 255 : 0)),
    };
    const { shape, data } = preprocessPicture(picture, {
      resize: { shortestEdge: 2 },
      filter: "box",
      crop: { width: 2, height: 2 },
      cropRule: "transformers",
      rescale: 1 / 255,
      normalise: { mean: [0.5, 0, 0], std: [0.5, 1, 1] },
    });
    expect(shape).toEqual([3, 2, 2]);
    expect([...data]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
