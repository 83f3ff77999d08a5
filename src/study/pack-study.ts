import { reliabilitySentence } from "../report/index.ts";
import { type BrainFiles, type BrainModel, openPacker, packSurface } from "../simulator/index.ts";
import type { LoadedSurface } from "./load-surface.ts";
import { packHeldOut } from "./pack-held-out.ts";
import { cardOf } from "./page-card.ts";
import { differencesOf, equivalenceOf, partitionOf, spacesOf } from "./page-findings.ts";
import { layersOfPage } from "./page-layers.ts";
import { mapsOf, overPeople } from "./page-maps.ts";
import { listModels, type PageModel } from "./page-model.ts";
import { scoresOf } from "./page-table.ts";
import { dressSurface, placeTargets } from "./page-targets.ts";
import type { StudySettings } from "./settings.ts";
import type { SolvedStudy } from "./solved.ts";

/** What a study is packed with. */
export interface PackStudyOptions {
  readonly settings: StudySettings;
  readonly surface: LoadedSurface | null;
  /** Why nothing new can be shown to it, one or two sentences. */
  readonly why: string;
}

/** Pack a study without encoders as the files of docs/fitted-brain.md: maps, scores and held-out responses to look at. Person "mean" is
 * the mean of the people's scores. Maps are told significant region by region, as the study tested them. The same study gives the same bytes. */
export async function packStudy(solved: SolvedStudy, options: PackStudyOptions): Promise<BrainFiles> {
  const { result, data } = solved;
  const { settings, surface } = options;
  const places = placeTargets(data, surface?.shows === "regions");
  const packer = openPacker("packStudy");
  const models = listModels(solved);
  const people = data.people.length;
  const count = places.regionOf.length;
  const rows = people > 1 ? people + 1 : 1;
  const heldOut = packHeldOut(solved, models, places, packer);
  const predicted = (one: PageModel) => heldOut?.predicted.get(one.id);
  const partition = partitionOf(solved);
  const significant = result.regionScores.map((own) => own.significant);
  return packer.finish({
    format: "simcortex-brain",
    version: 1,
    title: result.title,
    question: result.question,
    card: cardOf(solved, settings, [
      "This is a study to look at, and no model to ask: it says what was predicted of the responses that were measured.",
      ...reliabilitySentence(result),
      ...(places.whole
        ? ["Every region is shown as one target, the mean over the targets of each person."]
        : []),
      ...(surface !== null && settings.surface?.note !== undefined ? [settings.surface.note] : []),
      ...(heldOut === null
        ? ["Measured and predicted courses are left out: they are too large for a page."]
        : []),
    ]),
    people: [
      ...(people > 1 ? [{ id: "mean", label: `mean of the scores of ${people} people`, mean: true }] : []),
      ...data.people.map(({ id }) => ({ id, label: id, mean: false })),
    ],
    targets: { count, region: packer.array("region", "int32", [count], places.regionOf) },
    regions: data.regions.map((name, g) => ({
      name,
      description: "",
      targets: places.regionOf.reduce((n, own) => n + (own === g ? 1 : 0), 0),
    })),
    presentation: {
      seconds: {},
      window: [0, 0],
      tr: settings.design === "time-series" ? (settings.tr ?? null) : null,
      unit: settings.design === "time-series" ? "SD of a run" : "as measured",
      text: options.why,
    },
    surface: surface && packSurface(dressSurface(surface, places), packer),
    models: models.map((one, m): BrainModel => {
      const { id, label, description, role } = one;
      const held = predicted(one);
      const tested = one.space === null;
      const mask = Uint8Array.from({ length: rows * count }, (_, k) =>
        significant[places.regionOf[k % count] as number] ? 1 : 0,
      );
      return {
        ...{ id, label, description, role, senses: {}, weights: null, weightsError: null },
        mask: tested ? packer.array(`model ${m} mask`, "uint8", [rows, count], mask) : null,
        heldOut: held ? { predicted: held } : null,
      };
    }),
    maskTest: `whole regions, by the joint model: ${result.tests.test}; ${result.tests.correction}; level ${result.tests.level}.`,
    intervals: { level: 0.9, text: "", coverage: [] },
    maps: mapsOf(solved, { settings, models, places, packer }),
    table: models.flatMap((one) => scoresOf(solved, one)),
    tableText: `Means over a region's targets on held-out data. Intervals: ${result.tests.interval}; of single people, blocks alone. ${result.ceilingNote}`,
    differences: differencesOf(solved),
    equivalence: equivalenceOf(solved),
    unique: [],
    ...layersOfPage(solved, models),
    bandWeights: [],
    spaces: spacesOf(solved),
    ...(partition && { partition }),
    reliability: {
      ceiling: packer.array(
        "ceiling",
        "float32",
        [rows, count],
        overPeople(solved, places, (p) => result.targets[p]?.ceiling ?? []),
      ),
      text: result.ceilingNote,
    },
    heldOut: heldOut?.about ?? null,
    library: { pictures: [], sentences: [] },
  });
}
