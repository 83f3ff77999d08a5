import type { Estimate, StudyResult } from "../result.ts";

/** What a universe says of one region: who is ahead at the corrected level, and whether that is a win (ahead of every control too). */
export const verdictNames = ["a wins", "a ahead", "neither", "b ahead", "b wins", "undefined"] as const;
export type VerdictName = (typeof verdictNames)[number];

/** One region in one universe: what a study with these settings would report. */
export interface UniverseRegion {
  /** R²(a) − R²(b). */
  readonly difference: Estimate;
  /** Of each person, in the order of `participants`. */
  readonly perPerson: readonly number[];
  readonly p: number;
  /** Corrected over the family of this universe: regions × compared pairs, those with controls included. */
  readonly pCorrected: number;
  readonly significant: boolean;
  readonly verdict: VerdictName;
  /** Controls that the model ahead is not shown to beat. */
  readonly unbeaten: readonly string[];
  /** The same difference on responses without noise; virtual laboratory only. */
  readonly truth?: number;
}

/** One way to do the study. */
export interface UniverseResult {
  /** Place of the alternative of each choice. */
  readonly picks: readonly number[];
  /** Rules of design that its settings override. */
  readonly overrides: readonly string[];
  /** In the order of `regions`. */
  readonly regions: readonly UniverseRegion[];
}

/** A universe that the design guard refused: it was not fitted. */
export interface RefusedUniverse {
  readonly picks: readonly number[];
  /** Name of the broken rule, or "impossible" where its folds cannot be made. */
  readonly rule: string;
  readonly what: string;
  readonly repair: string;
}

/** What changes in one region when one alternative of a choice takes another's place and all else stays. */
export interface MatchedPairs {
  readonly from: string;
  readonly to: string;
  /** Pairs of universes that differ in nothing else. */
  readonly pairs: number;
  /** Mean of the second's difference less the first's. */
  readonly change: number;
  /** Pairs whose differences have opposite signs. */
  readonly signFlips: number;
  /** Pairs with another verdict; of these, pairs in which a win of either model appears or goes. */
  readonly verdictFlips: number;
  readonly winFlips: number;
  /** Pairs in which one model is ahead at the corrected level, and with the other alternative the other model. */
  readonly reversals: number;
}

/** What one choice does in one region. */
export interface ChoiceEffect {
  readonly choice: string;
  /** Share of the spread over universes that goes with this choice and no other. */
  readonly share: number;
  readonly alternatives: readonly {
    readonly name: string;
    readonly universes: number;
    readonly mean: number;
    readonly verdicts: Readonly<Record<VerdictName, number>>;
  }[];
  readonly matched: readonly MatchedPairs[];
}

/** One region over all universes. */
export interface RegionSummary {
  readonly region: string;
  readonly verdicts: Readonly<Record<VerdictName, number>>;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** Universes with a difference above zero. */
  readonly above: number;
  readonly choices: readonly ChoiceEffect[];
  /** Share of the spread that choices explain only together. */
  readonly interactions: number;
  /** Share that several choices explain and none alone; 0 in a full cross. */
  readonly overlap: number;
  /** One test for the whole curve; null where there are too few people for a test over people. */
  readonly joint: JointTest | null;
  /** Virtual laboratory only: wins of either model, how many of them are true, and universes in which a (b) is truly ahead. */
  readonly truth: RegionTruth | null;
}

/** The curve as one: signs of people are flipped, in all universes alike. */
export interface JointTest {
  readonly median: number;
  readonly p: number;
  /** Over regions. */
  readonly pCorrected: number;
  /** Universes that are significant by themselves, without correction, in the direction that more of them take. */
  readonly dominant: number;
  readonly pDominant: number;
  /** Where the sorted differences would lie if there were none. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Verdicts against the truth of the virtual laboratory. */
export interface RegionTruth {
  readonly wins: number;
  readonly trueWins: number;
  readonly aTrulyAhead: number;
  readonly bTrulyAhead: number;
  /** Universes whose win is not true: no difference, or the other model is ahead. */
  readonly falseWins: number;
}

/** Everything that a multiverse report says. Plain data; nothing depends on time or place. */
export interface MultiverseResult {
  readonly title: string;
  readonly question: string;
  readonly a: string;
  readonly b: string;
  readonly controls: readonly string[];
  readonly participants: readonly string[];
  readonly regions: readonly string[];
  readonly choices: readonly { readonly name: string; readonly alternatives: readonly string[] }[];
  /** Combinations that there are; fewer are looked at where some were drawn. */
  readonly cross: number;
  readonly universes: readonly UniverseResult[];
  readonly refused: readonly RefusedUniverse[];
  readonly summaries: readonly RegionSummary[];
  readonly tests: {
    /** What each universe's own test exchanges. */
    readonly unit: StudyResult["tests"]["unit"];
    readonly test: string;
    readonly correction: string;
    readonly level: number;
    readonly smallestP: number;
    readonly interval: string;
    /** The test of whole curves, in words; empty where there is none. */
    readonly joint: string;
    readonly jointSmallestP: number;
  };
  /** Names of the differences between the two models beside the training signal, over all universes; null: not known. */
  readonly unmatched: readonly string[] | null;
  readonly warnings: readonly string[];
  /** Simulated data whose truth is known. */
  readonly virtual: boolean;
  readonly provenance: StudyResult["provenance"];
}
