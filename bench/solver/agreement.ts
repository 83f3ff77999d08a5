/** What a fit chose, as both sides write it down. */
export interface Answer {
  /** Best score of each weighting, (weightings × targets): negative mean squared error averaged over folds. */
  readonly cvScores: ArrayLike<number>;
  readonly alphaIndex: ArrayLike<number>;
  readonly weightingIndex: ArrayLike<number>;
}

/** How far two answers are apart. */
export interface Agreement {
  /** Largest absolute difference of cvScores; NaN on one side only makes it infinite. */
  readonly largest: number;
  /** Share of targets with the same alpha and weighting. */
  readonly equal: number;
  /** Targets with another choice. */
  readonly differing: Int32Array;
}

/** Compare two answers to the same question. */
export function compareAnswers(a: Answer, b: Answer): Agreement {
  const targets = a.alphaIndex.length;
  if (a.cvScores.length !== b.cvScores.length || targets !== b.alphaIndex.length)
    throw new Error(
      `compareAnswers: answers must have the same sizes; got ${a.cvScores.length} and ${b.cvScores.length} scores of ${targets} and ${b.alphaIndex.length} targets.`,
    );
  let largest = 0;
  for (let k = 0; k < a.cvScores.length; k++) {
    const difference = Math.abs((a.cvScores[k] as number) - (b.cvScores[k] as number));
    if (Number.isNaN(difference)) {
      if (Number.isNaN(a.cvScores[k]) !== Number.isNaN(b.cvScores[k])) largest = Number.POSITIVE_INFINITY;
    } else largest = Math.max(largest, difference);
  }
  const differing = Int32Array.from(
    Array.from({ length: targets }, (_, t) => t).filter(
      (t) => a.alphaIndex[t] !== b.alphaIndex[t] || a.weightingIndex[t] !== b.weightingIndex[t],
    ),
  );
  return { largest, equal: 1 - differing.length / targets, differing };
}

/** Middle of some numbers; the mean of both middle ones where their count is even; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half)] ?? Number.NaN)) / 2;
}
