import { describe, expect, it } from "vitest";
import { type Features, fromRows } from "../core/index.ts";
import type { StudyData } from "./data.ts";
import { addModels } from "./model-spaces.ts";
import type { StudyModel } from "./read-model.ts";
import { parseSettings } from "./read-settings.ts";

describe("addModels", () => {
  it("puts the activations of each sense into columns of their own, while the stimulus is on", () => {
    const settings = parseSettings(
      "title: t\nquestion: q\ntr: 2\nvirtual: {}\nmodels: { m: { folder: a } }\nactivations: { layers: [0, 1], pca: 3 }",
    );
    const tower = (sense: "pictures" | "sentences", width: number) => ({
      sense,
      width,
      layers: 2,
      files: [],
    });
    const models = [
      { name: "m", description: "", control: true, towers: [tower("pictures", 2), tower("sentences", 1)] },
    ] as unknown as StudyModel[];
    const events = [
      { sense: "pictures", index: 1, onset: 0, duration: 3 },
      { sense: "sentences", index: 0, onset: 4, duration: 2 },
    ] as const;
    const data = {
      runs: [{ id: "r", role: "train", samples: 4, repeats: 1 }],
      spaces: [],
      stimuli: [{ spaces: [] }],
      shown: { pictures: [], sentences: [], events: [events] },
      notes: [],
      warnings: [],
      inputs: [],
    } as unknown as StudyData;
    const of = ({ sense }: { sense: string }) =>
      [1, 10].map((size) =>
        sense === "pictures"
          ? fromRows(
              ["samples", "features"],
              [
                [9, 9],
                [size, 2 * size],
              ],
            )
          : fromRows(["samples", "features"], [[3 * size]]),
      );
    const added = addModels(data, models, { of, warnings: ["w"] }, settings);
    expect(added.stimuli[0]?.spaces[0]?.map((layer) => [...(layer[0] as Features).data])).toEqual([
      [1, 2, 0, 0.5, 1, 0, 0, 0, 3, 0, 0, 0],
      [10, 20, 0, 5, 10, 0, 0, 0, 30, 0, 0, 0],
    ]);
    expect(added.spaces[0]).toMatchObject({ name: "m", control: true, joint: false, model: true, pca: 3 });
    expect(added.warnings).toEqual(["w"]);
    const activations = { ...settings.activations, layerRule: "stacked" as const };
    const stacked = addModels(data, models, { of, warnings: [] }, { ...settings, activations });
    expect(stacked.stimuli[0]?.spaces[0]?.map(([run]) => [...(run as Features).data])).toEqual([
      [1, 2, 0, 10, 20, 0, 0.5, 1, 0, 5, 10, 0, 0, 0, 3, 0, 0, 30, 0, 0, 0, 0, 0, 0],
    ]);
    expect(stacked.notes.join()).toContain("the columns of all its layers side by side");
  });
});
