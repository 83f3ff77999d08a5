import { checkNumber, EncodingError } from "../core/index.ts";

/** Which spatio-temporal Gabor filters to make. The defaults are those of pymoten's pyramid. */
export interface MotionEnergyOptions {
  /** Cycles a picture height, each 0 or ≥ 1 and at most half the pixels between its outer rows and columns (Nyquist). 0: brightness under the envelope of each
   * other frequency, without stripes. Nishimoto et al. 2011: 0, 2, 4, 8, 16 and 32. Default [0, 2, 4, 8, 16]. */
  readonly spatialFrequencies?: readonly number[];
  /** Hz, at most half the frames a second; 0: static energy. Default [0, 2, 4]. */
  readonly temporalFrequencies?: readonly number[];
  /** How many directions of motion, evenly spaced from 0° (to the right), counter-clockwise; even. Default 8. */
  readonly directions?: number;
  /** Last step: `log` gives ln(amplitude + 1e-5), as published; `sqrt` the amplitude √(sin² + cos²). Default `log`. */
  readonly compression?: "log" | "sqrt";
}

/** One filter: a Gabor in space and time, and its twin a quarter of a cycle apart. */
export interface MotionEnergyFilter {
  /** Centre, in picture heights from the left and from the top. */
  readonly x: number;
  readonly y: number;
  /** Degrees, 0 to the right, 90 up. */
  readonly direction: number;
  /** Cycles a picture height. */
  readonly spatialFrequency: number;
  /** Standard deviation of the envelope in space, picture heights. */
  readonly spatialSigma: number;
  /** Hz. */
  readonly temporalFrequency: number;
  /** Standard deviation of the envelope in time, in lengths of the filter. */
  readonly temporalSigma: number;
}

/** All positions of one spatial frequency. */
export interface PyramidScale {
  readonly frequency: number;
  readonly sigma: number;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** The pyramid's numbers, as published. */
const sigmaPerCycle = 0.6; // σ is .6 of a period …
const mostSpatialSigma = 0.3; // … up to .3 of the picture
const spacing = 3.5; // neighbours, in σ
const temporalSigmaPerCycle = 10;
const mostTemporalSigma = 0.3;

/** Options with their defaults. */
export type Pyramid = Required<MotionEnergyOptions>;

/** Fill in the defaults and hold them against the film.
 * @throws EncodingError "option". */
export function checkPyramid(
  width: number,
  height: number,
  rate: number,
  {
    spatialFrequencies = [0, 2, 4, 8, 16],
    temporalFrequencies = [0, 2, 4],
    directions = 8,
    compression = "log",
  }: MotionEnergyOptions,
): Pyramid {
  const name = "createMotionEnergyBank";
  checkNumber(name, "width", width, { min: 2, whole: true });
  checkNumber(name, "height", height, { min: 2, whole: true });
  checkNumber(name, "rate", rate, { min: 1.5 });
  const most = Math.min((height - 1) / 2, ((width - 1) * height) / (2 * width));
  for (const f of spatialFrequencies)
    if (f !== 0) checkNumber(name, "spatialFrequencies", f, { min: 1, max: most });
  for (const f of temporalFrequencies) checkNumber(name, "temporalFrequencies", f, { min: 0, max: rate / 2 });
  for (const [key, list] of Object.entries({ spatialFrequencies, temporalFrequencies }))
    if (list.length === 0 || new Set(list).size < list.length)
      throw new EncodingError(
        "option",
        `${name}: ${key} must be one or more different numbers; got [${list.join(", ")}].`,
      );
  if (spatialFrequencies.every((f) => f === 0))
    throw new EncodingError(
      "option",
      `${name}: spatialFrequencies must hold one above 0; its places are those of the others.`,
    );
  checkNumber(name, "directions", directions, { min: 2, max: 64, whole: true });
  if (directions % 2 !== 0)
    throw new EncodingError(
      "option",
      `${name}: directions must be even, each with its opposite; got ${directions}.`,
    );
  if (compression !== "log" && compression !== "sqrt")
    throw new EncodingError(
      "option",
      `${name}: compression must be "log" or "sqrt"; got ${String(compression)}.`,
    );
  return { spatialFrequencies, temporalFrequencies, directions, compression };
}

/** Where the filters of each spatial frequency stand: a grid about the middle, 3.5 σ apart, as far as envelopes lie inside.
 * @param aspect width over height. */
export function scalesOf(aspect: number, { spatialFrequencies }: Pyramid): PyramidScale[] {
  return spatialFrequencies
    .filter((f) => f !== 0)
    .map((frequency) => {
      const sigma = Math.min((1 / frequency) * sigmaPerCycle, mostSpatialSigma);
      const places = (extent: number) => {
        const half = Math.max(0, Math.floor((extent - sigma * spacing) / (spacing * sigma) / 2));
        return Array.from({ length: 2 * half + 1 }, (_, k) => sigma * spacing * (k - half) + extent / 2);
      };
      return { frequency, sigma, xs: places(aspect), ys: places(1) };
    });
}

/** Standard deviation in time, in lengths of the filter. */
export function temporalSigmaOf(frequency: number): number {
  return frequency === 0
    ? mostTemporalSigma
    : Math.min((1 / frequency) * temporalSigmaPerCycle, mostTemporalSigma);
}

/** Every filter, in this order: spatial frequency, direction, x, y, temporal frequency; brightness follows each filter of direction 0. A filter
 * without motion has no opposite: there directions end below 180°. */
export function listFilters(scales: readonly PyramidScale[], pyramid: Pyramid): MotionEnergyFilter[] {
  const { temporalFrequencies, directions, spatialFrequencies } = pyramid;
  const brightness = spatialFrequencies.includes(0);
  return scales.flatMap(({ frequency, sigma, xs, ys }) =>
    Array.from({ length: directions }, (_, d) => (360 * d) / directions).flatMap((direction) =>
      xs.flatMap((x) =>
        ys.flatMap((y) =>
          temporalFrequencies.flatMap((temporalFrequency): MotionEnergyFilter[] => {
            if (temporalFrequency === 0 && direction >= 180) return [];
            const own = { x, y, direction, spatialSigma: sigma, temporalFrequency };
            const temporalSigma = temporalSigmaOf(temporalFrequency);
            const made = (spatialFrequency: number) => ({ ...own, spatialFrequency, temporalSigma });
            return direction === 0 && brightness ? [made(frequency), made(0)] : [made(frequency)];
          }),
        ),
      ),
    ),
  );
}

/** `motion 4 cycles 45° 2 Hz at 0.50, 0.50`. */
export function nameFilter({
  x,
  y,
  direction,
  spatialFrequency,
  spatialSigma,
  temporalFrequency,
}: MotionEnergyFilter): string {
  const place = `at ${x.toFixed(2)}, ${y.toFixed(2)}`;
  if (spatialFrequency === 0)
    return `brightness ${temporalFrequency} Hz within ${spatialSigma.toFixed(3)} ${place}`;
  return `motion ${spatialFrequency} cycles ${Number(direction.toFixed(1))}° ${temporalFrequency} Hz ${place}`;
}
