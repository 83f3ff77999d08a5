import { EncodingError } from "../../core/index.ts";

/** Walk the blocks of a GIF file to its trailer.
 * @throws EncodingError "format" if it ends before, or a block is none. @source the GIF89a specification. */
export function checkGif(path: string, bytes: Uint8Array): void {
  const fail = (why: string) =>
    new EncodingError("format", `openFilm: cannot read ${path}: ${why}`, { path });
  const tableAt = (at: number) => ((bytes[at] ?? 0) & 0x80 ? 3 * 2 ** (((bytes[at] ?? 0) & 7) + 1) : 0);
  let [at, frames] = [13 + tableAt(10), 0];
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) return;
    if (kind === 0x21) at += 2;
    else if (kind === 0x2c) {
      at += 11 + tableAt(at + 9);
      frames++;
    } else throw fail(`byte ${at} of the GIF begins no block; it is damaged.`);
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
    at++;
  }
  throw fail(`the GIF is cut off after ${bytes.length} bytes, in or after frame ${frames}.`);
}
