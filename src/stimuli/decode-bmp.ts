import { EncodingError } from "../core/index.ts";
import type { Picture } from "./render.ts";

/** What the header of a bitmap file says. */
interface Layout {
  readonly width: number;
  readonly height: number;
  /** Rows run from the top. */
  readonly down: boolean;
  /** Bits a pixel. */
  readonly depth: number;
  /** First byte of the pixels. */
  readonly from: number;
  /** First byte of the palette, and its entries. */
  readonly palette: number;
  readonly colors: number;
}

/** Whether bytes begin as a Windows bitmap does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d; // BM
}

/** Read a Windows bitmap (.bmp): uncompressed, 1, 4, 8, 24 or 32 bits a pixel.
 * @returns RGB; an alpha channel is dropped.
 * @throws EncodingError "format" if it is cut off or of another kind.
 * @source Microsoft, BITMAPFILEHEADER and BITMAPINFOHEADER. */
export function decodeBmp(bytes: Uint8Array): Picture {
  const layout = readLayout(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { width, height, depth, from, down } = layout;
  const stride = Math.ceil((width * depth) / 32) * 4;
  if (bytes.length < from + stride * height)
    throw new EncodingError(
      "format",
      `BMP: cut off: ${width} × ${height} pixels need ${from + stride * height} bytes; got ${bytes.length}.`,
    );
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const row = from + (down ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const at = placeOf(bytes, layout, row, x);
      const to = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) data[to + c] = bytes[at + 2 - c] as number; // stored as blue, green, red
    }
  }
  return { width, height, data };
}

/** Where the blue byte of a pixel is. */
function placeOf(bytes: Uint8Array, { depth, palette, colors }: Layout, row: number, x: number): number {
  if (depth >= 24) return row + (x * depth) / 8;
  const byte = bytes[row + ((x * depth) >> 3)] as number;
  const index = (byte >> (8 - depth - ((x * depth) & 7))) & (2 ** depth - 1);
  if (index < colors) return palette + 4 * index;
  throw new EncodingError("format", `BMP: a pixel has colour ${index}, the palette has ${colors}.`);
}

function readLayout(view: DataView): Layout {
  const header = view.byteLength >= 54 ? view.getUint32(14, true) : 0;
  if (header < 40) throw new EncodingError("format", `BMP: the header is cut off or older than Windows 3.`);
  const height = view.getInt32(22, true);
  const depth = view.getUint16(28, true);
  const packing = view.getUint32(30, true);
  const masks =
    packing === 3 && depth === 32 && view.byteLength >= 66 && view.getUint32(54, true) === 0xff0000;
  if (![1, 4, 8, 24, 32].includes(depth) || (packing !== 0 && !masks))
    throw new EncodingError(
      "format",
      `BMP: ${depth} bits a pixel with packing ${packing} is not supported; save it as PNG.`,
    );
  const from = view.getUint32(10, true);
  const palette = 14 + header;
  const wanted = depth > 8 ? 0 : view.getUint32(46, true) || 2 ** depth;
  const colors = Math.max(0, Math.min(wanted, Math.floor((from - palette) / 4)));
  const width = view.getInt32(18, true);
  if (width < 1 || height === 0)
    throw new EncodingError("format", `BMP: a picture of ${width} × ${height} pixels cannot be.`);
  return { width, height: Math.abs(height), down: height < 0, depth, from, palette, colors };
}
