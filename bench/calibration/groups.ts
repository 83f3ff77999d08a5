import type { Random } from "../../src/core/index.ts";
import { clusters } from "./clusters.ts";
import { curves } from "./curves.ts";
import { paired, withinRuns } from "./held-out-time.ts";
import { intervals } from "./interval-groups.ts";
import { maps } from "./map-groups.ts";
import type { Group } from "./measured.ts";
import { conditions } from "./null-study.ts";
import { equivalence, people, stimuli } from "./over-people.ts";
import { parts } from "./parts.ts";
import { shifted } from "./shift-groups.ts";

/** All that is calibrated, in the order of the tables. */
export const groups: readonly Group[] = [
  ...conditions.map((condition, k) => withinRuns(`within-${k + 1}`, condition)),
  ...conditions.map((condition, k) => paired(`paired-${k + 1}`, condition)),
  ...conditions.map((condition, k) => ({
    name: `shifted-${k + 1}`,
    measure: (random: Random, studies: number) => shifted(random, studies, condition),
  })),
  { name: "people", measure: people },
  { name: "stimuli", measure: stimuli },
  { name: "intervals", measure: intervals },
  { name: "parts", measure: parts },
  { name: "equivalence", measure: equivalence },
  { name: "clusters", measure: clusters },
  { name: "maps", measure: maps },
  { name: "curves", measure: curves },
];
