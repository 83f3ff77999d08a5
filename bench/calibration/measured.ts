import type { Random } from "../../src/core/index.ts";

/** Tests that are calibrated on the same simulated studies. */
export interface Group {
  readonly name: string;
  /** Simulate so many null studies and count. */
  measure(random: Random, studies: number): Promise<Measured[]>;
}

/** How often one test called a null study significant at .05. */
export interface Measured {
  /** Families of rows in table and figure. */
  readonly family: string;
  readonly test: string;
  readonly condition: string;
  /** "offered": in the product, must hold the level. "naive": shown because it fails. "compared": another way, for comparison. "power": there is something to find. */
  readonly kind: "offered" | "naive" | "compared" | "power";
  readonly passed: number;
  readonly of: number;
  /** What {@link expectedLevel} predicts, where it does. */
  readonly expected?: number;
}

/** Counts of one row while studies are simulated. */
export function count(family: string, test: string, condition: string, kind: Measured["kind"] = "offered") {
  let [passed, of, expected, asked] = [0, 0, 0, 0];
  return {
    add(ps: ArrayLike<number>, level = 0.05): void {
      for (const p of Array.from(ps)) {
        of++;
        if (p <= level + 1e-12) passed++;
      }
    },
    addExpected(rate: number): void {
      expected += rate;
      asked++;
    },
    done: (): Measured => ({
      family,
      test,
      condition,
      kind,
      passed,
      of,
      ...(asked > 0 && { expected: expected / asked }),
    }),
  };
}
