import { EncodingError } from "../core/index.ts";
import { type NumberType, numberTypes } from "./number-type.ts";
import { quote } from "./text.ts";

/** What a NIfTI header says of its data. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly little: boolean;
  /** Whether the data stand in the same file. */
  readonly single: boolean;
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** Whether float32 holds every stored number. */
  readonly exact: boolean;
  /** First byte of the data. */
  readonly from: number;
  /** value = stored · slope + inter; null: as stored. */
  readonly scaling: { readonly slope: number; readonly inter: number } | null;
  readonly affine: readonly number[];
  readonly voxelSizes: readonly number[];
  readonly intent: number;
  readonly description: string;
}

const types: Readonly<Record<number, NumberType>> = {
  2: numberTypes.u1,
  4: numberTypes.i2,
  8: numberTypes.i4,
  16: numberTypes.f4,
  64: numberTypes.f8,
  256: numberTypes.i1,
  512: numberTypes.u2,
  768: numberTypes.u4,
  1024: numberTypes.i8,
  1280: numberTypes.u8,
};

/** Places of the fields in both versions, and their widths where these differ. */
export const niftiLayouts = {
  1: {
    size: 348,
    dim: 40,
    dimBytes: 2,
    intent: 68,
    type: 70,
    pixdim: 76,
    pixBytes: 4,
    offset: 108,
    slope: 112,
    inter: 116,
    units: 123,
    text: 148,
    qform: 252,
    sform: 254,
    quatern: 256,
    srow: 280,
    magic: 344,
  },
  2: {
    size: 540,
    dim: 16,
    dimBytes: 8,
    intent: 504,
    type: 12,
    pixdim: 104,
    pixBytes: 8,
    offset: 168,
    slope: 176,
    inter: 184,
    units: 500,
    text: 240,
    qform: 344,
    sform: 348,
    quatern: 352,
    srow: 400,
    magic: 4,
  },
} as const;
type Layout = (typeof niftiLayouts)[1 | 2];

/** Reads fields of a header: `code` and `whole` are 16-bit and 16-bit in version 1, 32-bit and 64-bit in version 2. */
interface Fields {
  readonly at: Layout;
  readonly bytes: Uint8Array;
  short(k: number): number;
  code(k: number): number;
  whole(k: number): number;
  real(k: number): number;
}

/** Read the header of a NIfTI-1 or NIfTI-2 image, either byte order.
 * @throws EncodingError "format" if it is damaged, cut off, Analyze 7.5, or of complex, RGB, binary or extended numbers. */
export function readNiftiHeader(bytes: Uint8Array): NiftiHeader {
  const { version, little } = readVersion(bytes);
  const at = niftiLayouts[version];
  if (bytes.length < at.size) throw damaged(`the header is cut off; got ${bytes.length} of ${at.size} bytes`);
  const fields = readFields(bytes, at, little);
  const single = isSingle(fields, version);
  const pixdim = Array.from({ length: 8 }, (_, d) => fields.real(at.pixdim + d * at.pixBytes));
  const shape = readShape(fields);
  const number = fields.short(at.type);
  const type = readType(fields, number);
  const units = version === 1 ? (bytes[at.units] as number) : fields.code(at.units);
  const millimetres = { 1: 1000, 3: 1e-3 }[units & 7] ?? 1;
  const seconds = { 16: 1e-3, 24: 1e-6 }[units & 56] ?? 1;
  return {
    version,
    little,
    single,
    shape,
    type,
    exact: type.bytes <= 2 || type === numberTypes.f4,
    from: readOffset(fields, version, single),
    scaling: readScaling(fields),
    affine: readAffine(fields, pixdim).map((value, k) => (k < 12 ? value * millimetres : value)),
    voxelSizes: shape.map(
      (_, d) => (pixdim[d + 1] as number) * (d < 3 ? millimetres : d === 3 ? seconds : 1),
    ),
    intent: fields.code(at.intent),
    description: new TextDecoder().decode(bytes.subarray(at.text, at.text + 80)).replace(/\0[\s\S]*$/, ""),
  };
}

function readVersion(bytes: Uint8Array): { version: 1 | 2; little: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength >= 4)
    for (const little of [true, false]) {
      const size = view.getInt32(0, little);
      if (size === 348) return { version: 1, little };
      if (size === 540) return { version: 2, little };
    }
  throw damaged("it does not begin with the header size 348 or 540");
}

function readFields(bytes: Uint8Array, at: Layout, little: boolean): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = (k: number) => view.getInt16(k, little);
  const wide = at.dimBytes === 8;
  return {
    at,
    bytes,
    short,
    code: (k) => (wide ? view.getInt32(k, little) : short(k)),
    whole: (k) => (wide ? Number(view.getBigInt64(k, little)) : short(k)),
    real: (k) => (wide ? view.getFloat64(k, little) : view.getFloat32(k, little)),
  };
}

/** The magic says whether header and data share a file. */
function isSingle({ at, bytes }: Fields, version: 1 | 2): boolean {
  const tail = version === 2 ? "\0\r\n\x1a\n" : "\0";
  const magic = String.fromCharCode(...bytes.subarray(at.magic, at.magic + 3 + tail.length));
  if (magic === `n+${version}${tail}`) return true;
  if (magic === `ni${version}${tail}`) return false;
  throw damaged(
    version === 1 && magic[0] !== "n"
      ? "the header has no NIfTI magic: it is Analyze 7.5, which does not say left from right. Convert it (fslchfiletype, mri_convert)"
      : `the magic is ${quote(magic)}; legal: n+${version}, ni${version}`,
  );
}

function readShape({ at, whole }: Fields): number[] {
  const dims = whole(at.dim);
  if (!(dims >= 1 && dims <= 7)) throw damaged(`the number of axes must be 1 … 7; got ${dims}`);
  const shape = Array.from({ length: dims }, (_, d) => whole(at.dim + (d + 1) * at.dimBytes));
  if (shape.some((size) => size < 1)) throw damaged(`sizes must be ≥ 1; got [${shape.join(", ")}]`);
  return shape;
}

function readType({ at, short }: Fields, number: number): NumberType {
  const type = types[number];
  if (type === undefined)
    throw new EncodingError(
      "format",
      `NIfTI: data of type ${number} (complex, RGB, binary or extended) are not supported.`,
    );
  const bits = short(at.type + 2);
  if (bits !== 0 && bits !== type.bytes * 8)
    throw damaged(`numbers of type ${number} have ${type.bytes * 8} bits; the header says ${bits}`);
  return type;
}

function readOffset({ at, whole, real }: Fields, version: 1 | 2, single: boolean): number {
  const from = version === 1 ? real(at.offset) : whole(at.offset);
  const least = single ? at.size + 4 : 0;
  if (single && from === 0) return least;
  if (Number.isSafeInteger(from) && from >= least) return from;
  throw damaged(`the data must begin at a whole byte from ${least} on; got ${from}`);
}

function readScaling({ at, real }: Fields): NiftiHeader["scaling"] {
  const [slope, inter] = [real(at.slope), real(at.inter)];
  if (!Number.isFinite(slope) || slope === 0) return null; // "not scaled", as the standard has it
  if (!Number.isFinite(inter)) throw damaged(`the scaling is ${slope} · stored + ${inter}`);
  return slope === 1 && inter === 0 ? null : { slope, inter };
}

function readAffine(fields: Fields, pixdim: readonly number[]): number[] {
  const { at, code, real } = fields;
  const affine =
    code(at.sform) > 0
      ? [...Array.from({ length: 12 }, (_, k) => real(at.srow + k * at.pixBytes)), 0, 0, 0, 1]
      : code(at.qform) > 0
        ? fromQuaternion(fields, pixdim)
        : [1, 2, 3, 4].flatMap((r) =>
            [1, 2, 3, 4].map((c) => (r !== c ? 0 : r < 4 ? (pixdim[r] as number) : 1)),
          );
  if (affine.every(Number.isFinite)) return affine;
  throw damaged(`the affine must be finite; got ${affine.join(" ")}`);
}

/** @source nifti1.h, "METHOD 2". */
function fromQuaternion({ at, real }: Fields, pixdim: readonly number[]): number[] {
  const field = (k: number) => real(at.quatern + k * at.pixBytes);
  const [b, c, d] = [field(0), field(1), field(2)];
  const rest = 1 - b * b - c * c - d * d;
  if (!(rest > -1e-4)) throw damaged(`the quaternion must have length ≤ 1; got ${b} ${c} ${d}`);
  const a = Math.sqrt(Math.max(0, rest));
  const [x, y, z] = [pixdim[1] as number, pixdim[2] as number, pixdim[3] as number];
  const zz = (pixdim[0] as number) < 0 ? -z : z;
  const rotation = [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
  ] as const;
  const rows = rotation.flatMap(([i, j, k], r) => [i * x, j * y, k * zz, field(3 + r)]);
  return [...rows, 0, 0, 0, 1];
}

function damaged(what: string): EncodingError {
  return new EncodingError("format", `NIfTI: not a NIfTI file, or damaged: ${what}.`);
}
