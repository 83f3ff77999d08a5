/** Colour maps that are even to the eye and readable with any colour vision, from their published control points.
 * @source viridis: van der Walt and Smith 2015 (matplotlib); cividis: Nuñez, Anderton and Renslow 2018; vik: Crameri 2018 (ten stops of scico). */
const stops = {
  viridis: "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
  cividis: "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
  vik: "001260 023e7d 1d6e9c 71a7c4 c9dde7 ebcebe d29773 bd6432 8b2706 590007",
} as const;

export type ColourMapName = keyof typeof stops;

/** Maps for values that grow from a bottom, and for values around zero. */
export const sequentialMaps: readonly ColourMapName[] = ["viridis", "cividis"];
export const divergingMaps: readonly ColourMapName[] = ["vik"];

type Rgb = readonly [number, number, number];

/** 256 colours of a map, RGBA bytes. */
export function colourTable(name: ColourMapName): Uint8Array<ArrayBuffer> {
  const points = stops[name].split(" ").map((hex) => toLab(hexToRgb(hex)));
  const out = new Uint8Array(256 * 4);
  for (let k = 0; k < 256; k++) {
    const at = (k / 255) * (points.length - 1);
    const low = Math.min(points.length - 2, Math.floor(at));
    const [a, b] = [points[low] as Rgb, points[low + 1] as Rgb];
    const t = at - low;
    const rgb = fromLab(
      [0, 1, 2].map((d) => (1 - t) * (a[d] as number) + t * (b[d] as number)) as unknown as Rgb,
    );
    out.set([...rgb.map((x) => Math.round(255 * Math.min(1, Math.max(0, x)))), 255], 4 * k);
  }
  return out;
}

/** CSS colour of a value between 0 and 1. */
export function cssColour(table: Uint8Array, share: number): string {
  const k = 4 * Math.round(255 * Math.min(1, Math.max(0, share)));
  return `rgb(${table[k]} ${table[k + 1]} ${table[k + 2]})`;
}

/** A CSS gradient from left to right. */
export function cssGradient(table: Uint8Array): string {
  const steps = Array.from({ length: 17 }, (_, k) => cssColour(table, k / 16));
  return `linear-gradient(to right, ${steps.join(", ")})`;
}

function hexToRgb(hex: string): Rgb {
  return [0, 2, 4].map((k) => Number.parseInt(hex.slice(k, k + 2), 16) / 255) as unknown as Rgb;
}

/** Lightness of a colour in Oklab, 0 to 1. @param rgb bytes. */
export function lightness(rgb: ArrayLike<number>): number {
  return toLab([0, 1, 2].map((k) => (rgb[k] as number) / 255) as unknown as Rgb)[0];
}

/** @source Ottosson 2020, Oklab: stops are joined by straight lines in a space that is even to the eye. */
function toLab(rgb: Rgb): Rgb {
  const [r, g, b] = rgb.map((x) =>
    x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4,
  ) as unknown as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([L, a, b]: Rgb): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((x) => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055)) as unknown as Rgb;
}
