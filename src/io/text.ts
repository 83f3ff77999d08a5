import { EncodingError } from "../core/index.ts";

/** Decode a text file: UTF-8, or UTF-16 of either byte order where it begins with the mark of one. The mark is taken off.
 * @param kind of file, for the message.
 * @throws EncodingError "format" if the bytes are neither: a wrongly read letter would be a wrong word. */
export function decodeText(kind: string, bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EncodingError(
      "format",
      `${kind}: the text is not ${encoding.toUpperCase()}. Save the file as UTF-8.`,
      {},
      cause,
    );
  }
  if (text.includes("\0"))
    throw new EncodingError(
      "format",
      `${kind}: the file holds zero bytes, so it is no text, or UTF-16 without its mark. Save it as UTF-8.`,
    );
  return text;
}

/** A piece of a file for a message: in quotes, at most `most` letters, on one line whatever it holds. */
export function quote(text: string, most = 40): string {
  return JSON.stringify(text.slice(0, most)).replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu, "?");
}

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
}
