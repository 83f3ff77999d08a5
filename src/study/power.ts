import { checkCancelled, createRandom, type OnProgress, type Random } from "../core/index.ts";
import {
  type Measurement,
  type PowerPoint,
  peopleNeeded,
  powerOverPeople,
  simulateDifference,
} from "../stats/index.ts";
import { studentQuantile } from "../stats/student.ts";
import { type PilotRegion, readPilot } from "./power-pilot.ts";
import type { PowerSettings } from "./power-settings.ts";

/** Power over numbers of people, in one region and one way to measure. */
export interface PowerCurve {
  readonly region: string;
  /** What the curve stands for: "the pilot's mean", "cautious", "2 runs × 3 presentations". */
  readonly label: string;
  /** Mean measured difference, and its standard deviation over people. */
  readonly mean: number;
  readonly deviation: number;
  readonly points: readonly PowerPoint[];
  /** The fewest people that reach the goal, between the numbers tried; null if none of these does. */
  readonly needed: number | null;
}

/** What `simcortex power` found. */
export interface PowerResult {
  readonly title: string;
  /** Level of one test: the level of the family over its tests. */
  readonly level: number;
  readonly family: number;
  readonly goal: number;
  readonly studies: number;
  readonly curves: readonly PowerCurve[];
  /** Things the reader must know. */
  readonly notes: readonly string[];
}

/** Simulated people that a curve of an assumed region draws from. */
const simulated = 400;

/** How many people, runs or repeats does it take to tell A from B? Power of the two-sided sign-flip test over people, by simulation.
 *
 * From a pilot: new people are normal, with the pilot's mean and standard deviation; and, because a pilot that is followed up is mostly a lucky
 * one, with the mean that the pilot exceeds with a chance of .8 ("cautious"). From an assumed region: each new person is simulated,
 * responses and predictions, see {@link simulateDifference}.
 * @param folder that relative paths start from. @throws EncodingError "file" | "settings" | "cancelled". */
export async function runPower(
  settings: PowerSettings,
  { folder, onProgress, signal }: { folder: string; onProgress?: OnProgress; signal?: AbortSignal },
): Promise<PowerResult> {
  const { title, level, family, goal, studies, people, pilot, seed } = settings;
  const random = createRandom(seed);
  const plans =
    pilot === undefined ? assumedPlans(settings) : (await readPilot(pilot, folder)).flatMap(pilotPlans);
  const curves: PowerCurve[] = [];
  for (const [k, plan] of plans.entries()) {
    checkCancelled(signal);
    onProgress?.({
      step: "power",
      done: k,
      total: plans.length,
      message: `${plan.region}, ${plan.label}`,
    });
    const own = random.stream(`${plan.region} ${plan.label}`);
    const { mean, deviation, drawPerson } = plan.prepare(own);
    const points = powerOverPeople({ drawPerson, people, studies, level: level / family, random: own });
    curves.push({
      region: plan.region,
      label: plan.label,
      mean,
      deviation,
      points,
      needed: peopleNeeded(points, goal),
    });
    await new Promise((resolve) => setImmediate(resolve)); // a stop is heard between curves
  }
  onProgress?.({ step: "power", done: plans.length, total: plans.length });
  return { title, level: level / family, family, goal, studies, curves, notes: notesOf(settings, curves) };
}

interface Plan {
  readonly region: string;
  readonly label: string;
  prepare(random: Random): {
    readonly mean: number;
    readonly deviation: number;
    readonly drawPerson: (random: Random) => number;
  };
}

function pilotPlans({ region, differences }: PilotRegion): Plan[] {
  const { mean, deviation } = momentsOf(differences);
  const n = differences.length;
  const cautious = mean - (studentQuantile(0.8, n - 1) * deviation) / Math.sqrt(n);
  const plan = (label: string, level: number): Plan => ({
    region,
    label,
    prepare: () => ({
      mean: level,
      deviation,
      drawPerson: (random) => level + deviation * random.normal(),
    }),
  });
  return [plan("the pilot's mean", mean), plan("cautious", cautious)];
}

function assumedPlans({ assumed = [], runs, samples, repeats }: PowerSettings): Plan[] {
  const several = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return assumed.flatMap((region) =>
    runs.flatMap((run) =>
      repeats.map((repeat): Plan => {
        const measured: Measurement = { runs: run, samples, repeats: repeat };
        return {
          region: region.region,
          label: `${several(run, "run")}, ${several(repeat, "presentation")}`,
          prepare(random) {
            const pool = Array.from({ length: simulated }, () =>
              simulateDifference(region, measured, random),
            );
            return { ...momentsOf(pool), drawPerson: (own) => own.pick(pool) };
          },
        };
      }),
    ),
  );
}

function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function notesOf({ pilot, level, family, goal }: PowerSettings, curves: readonly PowerCurve[]): string[] {
  const blind = curves[0]?.points.filter(({ smallestP }) => smallestP > level / family) ?? [];
  const below = [...new Set(curves.filter(({ mean }) => mean <= 0).map(({ region }) => region))];
  return [
    ...(blind.length > 0
      ? [
          `With ${blind.map(({ people }) => people).join(", ")} people the test cannot reach p ≤ ${Number((level / family).toPrecision(3))}: its smallest p is ${blind.map(({ smallestP }) => Number(smallestP.toPrecision(2))).join(", ")}.`,
        ]
      : []),
    ...(family > 1
      ? [
          `The level is divided by the ${family} tests of the family (Bonferroni); Benjamini–Hochberg and the maximum statistic need no more people.`,
        ]
      : []),
    ...(pilot === undefined
      ? [
          "Weights are taken as learned: training runs are not part of this, and few of them cost power. Models err independently.",
        ]
      : [
          "Runs and repeats are those of the pilot. Cautious: the mean that lies below the pilot's, so that the truth is above it with a chance of .8.",
        ]),
    ...(pilot?.space !== undefined
      ? [
          "A study tests unique variance one-sided, which needs somewhat fewer people than this two-sided test.",
        ]
      : []),
    ...(below.length > 0
      ? [
          `No number of people finds a mean that is not above zero: ${below.join(", ")} (at least the cautious curve).`,
        ]
      : []),
    ...(curves.every(({ needed }) => needed === null)
      ? [`None of these numbers of people reaches a power of ${goal}.`]
      : []),
  ];
}
