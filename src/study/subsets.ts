import { fullPartitionUpTo } from "../stats/index.ts";

/** Whether the joint R² of so many feature spaces can be divided into all its parts. */
export function canDivide(spaces: number): boolean {
  return spaces <= fullPartitionUpTo;
}

/** Why the joint R² of so many feature spaces is not divided into all parts. */
export function tooManySubsets(spaces: number): string {
  return `partition: subsets fits every subset of the joint model's feature spaces, of at most ${fullPartitionUpTo}; here are ${spaces} (${2 ** spaces - 1} models). Join some, set \`joint: false\`, or leave it at unique.`;
}
