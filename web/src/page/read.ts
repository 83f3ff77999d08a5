import type { ReadFile } from "../../../src/simulator/page.ts";

/** Read files of the folder `brain/` beside the page. Each is checked against the length and, where the browser allows it (https or
 * localhost), the SHA-256 that the manifest states.
 * @param onBytes is told how many bytes came, for the progress line.
 * @throws Error with one line that says what to do. */
export function readBeside(base: URL, onBytes: (bytes: number) => void = () => {}): ReadFile {
  let stated: ReadonlyMap<string, { bytes: number; sha256: string }> = new Map();
  return async (file) => {
    const url = new URL(file.split("/").map(encodeURIComponent).join("/"), base);
    const response = await fetch(url).catch(() => {
      throw new Error(
        `${file} could not be loaded: no connection to the server of this page. Try again when it is back.`,
      );
    });
    if (!response.ok)
      throw new Error(
        response.status === 404
          ? `${file} is not there. Was the published folder copied whole?`
          : `${file} could not be loaded: the server answered ${response.status}.`,
      );
    const bytes = new Uint8Array(await response.arrayBuffer());
    onBytes(bytes.length);
    if (file === "manifest.json") stated = filesOf(bytes);
    await check(file, bytes, stated.get(file));
    return bytes;
  };
}

/** Files that a manifest lists; none if it is damaged, which its reader then says. */
function filesOf(bytes: Uint8Array): ReadonlyMap<string, { bytes: number; sha256: string }> {
  try {
    const { files } = JSON.parse(new TextDecoder().decode(bytes)) as {
      files: { file: string; bytes: number; sha256: string }[];
    };
    return new Map(files.map((one) => [one.file, one]));
  } catch {
    return new Map();
  }
}

async function check(
  file: string,
  bytes: Uint8Array,
  stated: { bytes: number; sha256: string } | undefined,
): Promise<void> {
  if (stated === undefined) return;
  if (bytes.length !== stated.bytes)
    throw new Error(
      `${file} has ${bytes.length} bytes; the manifest says ${stated.bytes}. Was the copy cut off, or are files of two brains mixed?`,
    );
  if (!/^[0-9a-f]{64}$/.test(stated.sha256) || globalThis.crypto?.subtle === undefined) return;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  if ([...hash].map((x) => x.toString(16).padStart(2, "0")).join("") !== stated.sha256)
    throw new Error(
      `${file} is damaged: its bytes are not those that were published. Copy the folder again.`,
    );
}

/** One readable line of anything that was thrown. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^[a-zA-Z]+: (?=[a-z])/, "");
}
