/** A kind of 16-bit float. */
export interface ShortFloat {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

/** The 16-bit floats by their name in safetensors files: IEEE 754 binary16, and the upper half of a float32. */
export const shortFloats = {
  F16: { exponentBits: 5, fractionBits: 10 },
  BF16: { exponentBits: 8, fractionBits: 7 },
} as const satisfies Readonly<Record<string, ShortFloat>>;

/** Numbers as 16-bit floats, rounded to the nearest, ties to even, once (float64 is not rounded to float32 first); too large becomes ∞. */
export function toShortFloats(numbers: ArrayLike<number>, format: ShortFloat): Uint16Array<ArrayBuffer> {
  const { exponentBits, fractionBits } = format;
  const out = new Uint16Array(numbers.length);
  const [number, words] = sharedWords();
  const infinity = (2 ** exponentBits - 1) << fractionBits;
  const lowest = 2 - 2 ** (exponentBits - 1); // exponent of the smallest normal number
  for (let k = 0; k < numbers.length; k++) {
    const x = numbers[k] as number;
    number[0] = x;
    const high = words[1] as number;
    const sign = (high >>> 31) << 15;
    const exponent = Math.max(((high >>> 20) & 2047) - 1023, lowest);
    if (Number.isNaN(x)) out[k] = infinity | (1 << (fractionBits - 1));
    else if (exponent >= 2 - lowest) out[k] = sign | infinity;
    else {
      const steps = roundEven(Math.abs(x) * 2 ** (fractionBits - exponent)); // exact: a power of two
      out[k] = sign | (((exponent - lowest) << fractionBits) + steps);
    }
  }
  return out;
}

/** 16-bit floats as float32, exactly. */
export function fromShortFloats(bits: Uint16Array, format: ShortFloat): Float32Array<ArrayBuffer> {
  const out = new Float32Array(bits.length);
  if (format.exponentBits === 8) {
    const words = new Uint32Array(out.buffer);
    for (let k = 0; k < bits.length; k++) words[k] = (bits[k] as number) << 16;
    return out;
  }
  halves ??= tableOf(shortFloats.F16);
  const table = format.exponentBits === 5 ? halves : tableOf(format);
  for (let k = 0; k < bits.length; k++) out[k] = table[bits[k] as number] as number;
  return out;
}

/** Made once: a model has many tensors. */
let halves: Float32Array | undefined;

/** The value of each of the 65,536 patterns. */
function tableOf({ exponentBits, fractionBits }: ShortFloat): Float32Array {
  const top = 2 ** exponentBits - 1;
  const ones = 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1 + fractionBits;
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> fractionBits) & top;
    const fraction = bits & (ones - 1);
    if (exponent === top) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (ones + fraction) * 2 ** (exponent - bias));
  });
}

function roundEven(x: number): number {
  const whole = Math.floor(x);
  const rest = x - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}

/** A float64 and the two words it is made of (little-endian, as everywhere in this program). */
function sharedWords(): [Float64Array, Uint32Array] {
  const number = new Float64Array(1);
  return [number, new Uint32Array(number.buffer)];
}
