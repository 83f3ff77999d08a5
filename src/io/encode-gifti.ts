import { EncodingError } from "../core/index.ts";
import type { GiftiArray, GiftiLabel } from "./gifti.ts";
import { giftiTypeOf } from "./gifti-data.ts";
import { checkNdArray } from "./ndarray.ts";
import { nameOfNumbers } from "./number-type.ts";
import { quote } from "./text.ts";

/** Write a GIFTI file, Base64Binary little-endian row-major. The same arrays give the same text.
 *
 * The standard knows UINT8, INT32 and FLOAT32; other kinds of numbers are written as they are, which nibabel reads and some programs do not.
 * @throws EncodingError "shape" if a shape does not say as many numbers as there are; "option" for a name that XML cannot hold. */
export function encodeGifti({
  arrays,
  labels = [],
}: {
  arrays: readonly GiftiArray[];
  labels?: readonly GiftiLabel[];
}): string {
  const table = labels.map(
    ({ key, name, rgba: [r, g, b, a] }) =>
      `<Label Key="${key}" Red="${r}" Green="${g}" Blue="${b}" Alpha="${a}">${escapeXml(name)}</Label>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE GIFTI SYSTEM "http://www.nitrc.org/frs/download.php/115/gifti.dtd">',
    `<GIFTI Version="1.0" NumberOfDataArrays="${arrays.length}">`,
    "<MetaData/>",
    `<LabelTable>${table.join("")}</LabelTable>`,
    ...arrays.map(encodeArray),
    "</GIFTI>",
    "",
  ].join("\n");
}

function encodeArray(array: GiftiArray): string {
  checkNdArray("encodeGifti", array);
  const { intent, shape, data, name } = array;
  if (shape.length < 1 || shape.length > 6)
    throw new EncodingError("option", `encodeGifti: GIFTI holds 1 to 6 axes; got ${shape.length}.`);
  const attributes = {
    Intent: intent,
    DataType: giftiTypeOf(nameOfNumbers(data)),
    ArrayIndexingOrder: "RowMajorOrder",
    Dimensionality: shape.length,
    ...Object.fromEntries(shape.map((size, d) => [`Dim${d}`, size])),
    Encoding: "Base64Binary",
    Endian: "LittleEndian",
    ExternalFileName: "",
    ExternalFileOffset: "",
  };
  const text = Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(String(value))}"`);
  const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
  const meta =
    name === undefined
      ? "<MetaData/>"
      : `<MetaData><MD><Name>Name</Name><Value>${escapeXml(name)}</Value></MD></MetaData>`;
  const space = intent === "NIFTI_INTENT_POINTSET" ? unknownSpace : "";
  return `<DataArray ${text.join(" ")}>${meta}${space}<Data>${base64}</Data></DataArray>`;
}

const unknownSpace =
  "<CoordinateSystemTransformMatrix><DataSpace>NIFTI_XFORM_UNKNOWN</DataSpace><TransformedSpace>NIFTI_XFORM_UNKNOWN</TransformedSpace><MatrixData>1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1</MatrixData></CoordinateSystemTransformMatrix>";

function escapeXml(text: string): string {
  if (!isXmlText(text))
    throw new EncodingError(
      "option",
      `encodeGifti: names may not hold control characters or halves of letters; got ${quote(text)}.`,
    );
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Whether XML 1.0 can hold the text: no control characters but tab, line feed and carriage return, no lone surrogates. */
function isXmlText(text: string): boolean {
  return Array.from(text).every((letter) => {
    const code = letter.codePointAt(0) as number;
    const control = code < 0x20 && code !== 9 && code !== 10 && code !== 13;
    return !control && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
}
