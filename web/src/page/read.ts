import type { ReadFile } from "../../../src/simulator/page.ts";

/** Read files of the folder `brain/` beside the page.
 * @param onBytes is told how many bytes came, for the progress line.
 * @throws Error with one line that says what to do. */
export function readBeside(base: URL, onBytes: (bytes: number) => void = () => {}): ReadFile {
  return async (file) => {
    const url = new URL(file.split("/").map(encodeURIComponent).join("/"), base);
    const response = await fetch(url).catch(() => {
      throw new Error(`${file} could not be loaded: no connection to the server of this page. Try again when it is back.`);
    });
    if (!response.ok)
      throw new Error(
        response.status === 404
          ? `${file} is not there. Was the published folder copied whole?`
          : `${file} could not be loaded: the server answered ${response.status}.`,
      );
    const bytes = new Uint8Array(await response.arrayBuffer());
    onBytes(bytes.length);
    return bytes;
  };
}

/** One readable line of anything that was thrown. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^[a-zA-Z]+: (?=[a-z])/, "");
}
