/** Symmetric matrices in half the room, as LAPACK's rectangular full packed format lays them out: a rectangle that level-3 routines
 * work on directly (`TRANSR = 'N', UPLO = 'L'`).
 * @source Gustavson, Waśniewski, Dongarra and Langou 2010. */

/** Numbers that a packed symmetric matrix of size n takes. */
export function packedLength(n: number): number {
  return (n * (n + 1)) / 2;
}

/** Where the entry of row i and column j ≤ i stands. */
export function packedIndex(n: number, i: number, j: number): number {
  const odd = n % 2;
  const half = (n + odd) / 2; // columns of the rectangle
  const height = n + 1 - odd;
  if (j < half) return i + 1 - odd + j * height;
  return j - half + (i - half + odd) * height;
}
