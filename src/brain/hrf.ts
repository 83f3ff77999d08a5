import type { Random } from "../core/index.ts";

/** The shape of a haemodynamic response: two gamma-like bumps, the second one negative. Times in seconds. */
export interface HrfShape {
  /** Time of the positive peak. */
  readonly peak: number;
  /** Full width at half maximum of the positive peak. */
  readonly width: number;
  /** Depth of the undershoot as a share of the peak. */
  readonly undershoot: number;
  /** Time of the deepest undershoot. */
  readonly undershootPeak: number;
}

/** The response after which the virtual people vary: peak at 5.4 s, 5.2 s wide, undershoot 0.35 at 10.8 s.
 * @source Glover 1999, auditory cortex. */
export const gloverShape: HrfShape = { peak: 5.4, width: 5.2, undershoot: 0.35, undershootPeak: 10.8 };

/** Height of the response at `time` seconds after a brief event; 0 before it, 1 near the peak.
 * @source Cohen 1997, Glover 1999: (t/p)^a exp(−a (t−p)/p), a = 8 ln 2 p²/width². */
export function hrfAt({ peak, width, undershoot, undershootPeak }: HrfShape, time: number): number {
  if (time <= 0) return 0;
  const second = (undershootPeak / peak) ** 0.5 * width; // wider, as it is later
  return bump(time, peak, width) - undershoot * bump(time, undershootPeak, second);
}

function bump(time: number, peak: number, width: number): number {
  const a = (8 * Math.LN2 * peak ** 2) / width ** 2;
  return Math.exp(a * (Math.log(time / peak) - (time - peak) / peak));
}

/** The shape of one person in one region: region-typical, person-typical and own deviations from {@link gloverShape}.
 * Peaks have a standard deviation of about 0.7 s over people and regions, and stay within 3.5 to 8 s.
 * @param streams the random streams of the region, of the person, and of the person in the region. */
export function drawHrf(streams: readonly Random[]): HrfShape {
  const spread = 1 / Math.sqrt(Math.max(1, streams.length));
  let [peak, width, undershoot, later] = [0, 0, 0, 0];
  for (const stream of streams) {
    peak += spread * stream.normal();
    width += spread * stream.normal();
    undershoot += spread * stream.normal();
    later += spread * stream.normal();
  }
  const shape = {
    peak: clamp(gloverShape.peak + 0.7 * peak, 3.5, 8),
    width: clamp(5.2 + 0.5 * width, 3.5, 7),
  };
  return {
    ...shape,
    undershoot: clamp(0.35 + 0.08 * undershoot, 0, 0.6),
    undershootPeak: shape.peak + clamp(5.4 + 0.6 * later, 3.5, 8),
  };
}

/** The response to drives of `step` seconds a row, seen by volumes of `tr` seconds: each volume is the mean over its time.
 *
 * `out[n]` is the weight of the drive row that lies `n` rows before the volume's last row, with unit area.
 * @param step seconds per row of the drive; divides `tr`.
 * @returns weights for 32 s of past, plus the volume itself. */
export function sampleHrf(shape: HrfShape, step: number, tr: number): Float64Array {
  const rows = Math.round(tr / step);
  const length = Math.ceil(32 / step);
  const fine = Float64Array.from({ length }, (_, n) => hrfAt(shape, (n + 0.5) * step));
  const out = new Float64Array(length + rows - 1);
  for (let r = 0; r < rows; r++)
    for (let n = 0; n < length; n++) out[n + r] = (out[n + r] as number) + (fine[n] as number);
  const area = out.reduce((sum, value) => sum + value, 0);
  return out.map((value) => value / area);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
