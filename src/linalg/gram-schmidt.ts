/** A column shorter than this share of what it was is taken to depend on those before it. */
const dependent = 1e-14;

/** Make columns orthonormal one after the other, each taken twice from what is left of those after it, so that rounding leaves nothing.
 * @param columns n columns of m numbers, one after the other; overwritten by the orthonormal ones, 0 where a column depends on others.
 * @returns them, and the upper triangular factors (n × n), row-major. @source Giraud, Langou and Rozložník 2005. */
export function gramSchmidt(columns: Float64Array<ArrayBuffer>, m: number, n: number) {
  const factors = new Float64Array(n * n);
  const column = (j: number) => columns.subarray(j * m, (j + 1) * m);
  for (let j = 0; j < n; j++) {
    const own = column(j);
    const before = norm(own);
    for (let pass = 0; pass < 2; pass++)
      for (let i = 0; i < j; i++) {
        const held = takeFrom(own, column(i));
        factors[i * n + j] = (factors[i * n + j] as number) + held;
      }
    const size = norm(own);
    const kept = size > dependent * before;
    if (kept) factors[j * n + j] = size;
    for (let k = 0; k < m; k++) own[k] = kept ? (own[k] as number) / size : 0;
  }
  return { columns, factors };
}

/** x ← x − (q · x) q. @returns q · x. */
function takeFrom(x: Float64Array, q: Float64Array): number {
  let held = 0;
  for (let k = 0; k < x.length; k++) held += (q[k] as number) * (x[k] as number);
  for (let k = 0; k < x.length; k++) x[k] = (x[k] as number) - held * (q[k] as number);
  return held;
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] as number) ** 2;
  return Math.sqrt(sum);
}
