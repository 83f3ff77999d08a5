/** What the choice of the best of several without any signal looks like on the rows it was chosen on. */

/** Mean of the largest of `count` independent standard normals.
 * Numerical: ∫ x d(Φ(x)^count) from −8 to 8; error below 1e-4 up to 10⁶.
 * @returns 0 for 1, 1.54 for 10, 2.51 for 100. */
export function meanOfLargest(count: number): number {
  const step = 1e-3;
  let [sum, before] = [0, 0];
  for (let x = -8; x <= 8; x += step) {
    const now = normalCdf(x) ** count;
    sum += (x - step / 2) * (now - before);
    before = now;
  }
  return sum;
}

/** Mean of the largest share `kept` of standard normals: φ(z) / kept.
 * @param kept in (0, 1]; 1 gives 0. */
export function meanOfTop(kept: number): number {
  if (kept >= 1) return 0;
  let [low, high] = [-8, 8];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (1 - normalCdf(middle) > kept) low = middle;
    else high = middle;
  }
  return Math.exp(-(low ** 2) / 2) / Math.sqrt(2 * Math.PI) / kept;
}

/** Φ(x), Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp((-x * x) / 2)) / 2;
  return x > 0 ? 1 - tail : tail;
}
