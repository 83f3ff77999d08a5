import { checkNumber } from "../core/index.ts";

/** Distribution function of the standard normal.
 * @source ½ erfc(−z / √2), erfc by the incomplete gamma function: a series near 0 and a continued fraction beyond (Lentz). */
export function normalCdf(z: number): number {
  const tail = 0.5 * upperGammaHalf((z * z) / 2);
  return z > 0 ? 1 - tail : tail;
}

/** Quantile of the standard normal, by bisection of {@link normalCdf}. @param q in (0, 1). @throws EncodingError "option". */
export function normalQuantile(q: number): number {
  checkNumber("normalQuantile", "q", q, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON / 2 });
  let [low, high] = [-40, 40];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Distribution function of Student's t. @param freedom degrees of freedom, ≥ 1. @throws EncodingError "option". */
export function studentCdf(t: number, freedom: number): number {
  checkNumber("studentCdf", "freedom", freedom, { min: 1 });
  const tail = 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/** Quantile of Student's t: the t that a share `q` of the distribution lies below.
 * @param q in (0, 1). @param freedom degrees of freedom, ≥ 1. @throws EncodingError "option".
 * @source inverted by bisection from the incomplete beta function (continued fraction, Lentz). */
export function studentQuantile(q: number, freedom: number): number {
  checkNumber("studentQuantile", "q", q, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON / 2 });
  checkNumber("studentQuantile", "freedom", freedom, { min: 1 });
  if (q === 0.5) return 0;
  if (q > 0.5) return -studentQuantile(1 - q, freedom);
  // t = −√(ν (1/x − 1)) with P(T < t) = ½ I_x(ν/2, ½)
  let [low, high] = [0, 1];
  for (let step = 0; step < 1100 && high - low > 4e-16 * high; step++) {
    const middle = (low + high) / 2;
    if (0.5 * incompleteBeta(middle, freedom / 2, 0.5) < q) low = middle;
    else high = middle;
  }
  const x = (low + high) / 2;
  return -Math.sqrt(freedom * (1 / x - 1));
}

/** Regularised upper incomplete gamma function Q(½, x) = erfc(√x). */
function upperGammaHalf(x: number): number {
  if (x < 1.5) {
    let term = 2 * Math.sqrt(x / Math.PI) * Math.exp(-x);
    let sum = term;
    for (let n = 1; n < 200 && term > 1e-17 * sum; n++) {
      term *= x / (n + 0.5);
      sum += term;
    }
    return 1 - sum;
  }
  const fraction = continuedFraction(
    (n) => (n === 0 ? 1 : -n * (n - 0.5)),
    (n) => x + 2 * n + 0.5,
  );
  return (Math.sqrt(x) * Math.exp(-x) * fraction) / Math.sqrt(Math.PI);
}

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logGamma(a) - logGamma(b) + logGamma(a + b));
  const fraction = continuedFraction(
    (n) => {
      if (n === 0) return 1;
      const m = Math.floor(n / 2);
      return n % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    },
    () => 1,
  );
  return (front * fraction) / a;
}

/** a0 / (b0 + a1 / (b1 + a2 / (b2 + …))), by the modified Lentz method. */
function continuedFraction(a: (n: number) => number, b: (n: number) => number): number {
  const tiny = 1e-300;
  let value = tiny;
  let c = tiny;
  let d = 0;
  for (let n = 0; n < 10_000; n++) {
    d = 1 / (b(n) + a(n) * d || tiny);
    c = b(n) + a(n) / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** Logarithm of the gamma function for x > 0: shifted beyond 10, then Stirling's series. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift -= Math.log(y);
  const series = 1 / (12 * y) - 1 / (360 * y ** 3) + 1 / (1260 * y ** 5) - 1 / (1680 * y ** 7);
  return shift + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series;
}
