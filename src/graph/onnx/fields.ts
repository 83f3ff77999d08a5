import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** One field of a protobuf message, with its bytes as they are: what is not understood is carried along. */
export interface Field {
  readonly number: number;
  readonly wire: WireType;
  /** Bytes of the content, without tag and length. */
  readonly content: Uint8Array;
  /** Bytes of the whole field. */
  readonly whole: Uint8Array;
}

/** The fields of a message, in order; nothing is copied.
 * @throws RangeError or Error if the bytes are no message. */
export function readFields(bytes: Uint8Array): Field[] {
  const reader = new BinaryReader(bytes);
  const fields: Field[] = [];
  while (reader.pos < bytes.length) {
    const start = reader.pos;
    const [number, wire] = reader.tag();
    const from = reader.pos;
    if (wire === WireType.LengthDelimited) reader.uint32();
    const content = wire === WireType.LengthDelimited ? reader.pos : from;
    reader.pos = from;
    reader.skip(wire, number);
    if (reader.pos > bytes.length) throw new RangeError("cut off");
    fields.push({
      number,
      wire,
      content: bytes.subarray(content, reader.pos),
      whole: bytes.subarray(start, reader.pos),
    });
  }
  return fields;
}

const decoder = new TextDecoder();

/** The last text of a field number; empty if there is none. */
export function textOf(fields: readonly Field[], number: number): string {
  return textsOf(fields, number).at(-1) ?? "";
}

/** All texts of a field number. */
export function textsOf(fields: readonly Field[], number: number): string[] {
  return contentsOf(fields, number).map((content) => decoder.decode(content));
}

/** Contents of all fields of a number that have a length: messages, texts, bytes. */
export function contentsOf(fields: readonly Field[], number: number): Uint8Array[] {
  return fields
    .filter((field) => field.number === number && field.wire === WireType.LengthDelimited)
    .map(({ content }) => content);
}

/** All whole numbers of a field number, packed or not. */
export function wholesOf(fields: readonly Field[], number: number): number[] {
  const out: number[] = [];
  for (const field of fields) {
    if (field.number !== number) continue;
    const reader = new BinaryReader(field.content);
    while (reader.pos < field.content.length) out.push(Number(reader.int64()));
  }
  return out;
}

/** A field whose content has a length, in pieces that are written one behind the other. */
export function wrap(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(length).finish();
  return [head, ...pieces];
}

/** Pieces one behind the other. */
export function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
