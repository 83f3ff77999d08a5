import type { ElementType } from "../element-type.ts";
import type { Emitter } from "../emitter.ts";

/** Write erf(x). ONNX Runtime has no float64 kernel of it, so that there the integral is taken by Gauss-Legendre quadrature:
 * erf(x) = 2x/√π ∫₀¹ exp(−x²t²) dt, with |x| cut at 6 where erf is 1 to the last bit; exact to about 1e-15. */
export function emitErf(e: Emitter, x: string, type: ElementType): string {
  if (type === "float32") return e.node("Erf", [x]);
  const number = (value: number) => e.constant(Float64Array.of(value), []);
  const cut = e.node("Max", [e.node("Min", [x, number(6)]), number(-6)]);
  const column = e.node("Unsqueeze", [cut, e.ints([-1])]); // (…, 1)
  const powers = e.node("Mul", [e.node("Mul", [column, column]), e.constant(minusSquares, [points])]);
  const integral = e.node("MatMul", [e.node("Exp", [powers]), e.constant(weights, [points, 1])]); // (…, 1)
  return e.node("Squeeze", [e.node("Mul", [column, integral]), e.ints([-1])]);
}

const points = 40;
const { nodes, masses } = gaussLegendre(points);
const minusSquares = Float64Array.from(nodes, (t) => -t * t);
const weights = Float64Array.from(masses, (w) => (2 / Math.sqrt(Math.PI)) * w);

/** Nodes and weights of the n-point rule on [0, 1]. @source Newton's method on Legendre's three-term recurrence. */
function gaussLegendre(n: number): { nodes: number[]; masses: number[] } {
  const found = Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 10; step++) {
      const [value, before] = legendre(n, x);
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return { node: (x + 1) / 2, mass: 1 / ((1 - x * x) * slope * slope) };
  });
  return { nodes: found.map(({ node }) => node), masses: found.map(({ mass }) => mass) };
}

/** Pₙ(x) and Pₙ₋₁(x). */
function legendre(n: number, x: number): [number, number] {
  let [value, before] = [x, 1];
  for (let k = 2; k <= n; k++) [value, before] = [((2 * k - 1) * x * value - (k - 1) * before) / k, value];
  return [value, before];
}
