import { EncodingError } from "../core/index.ts";
import type { BrainManifest } from "./manifest.ts";

const fields = [
  ..."title question card files people targets regions presentation models maskTest intervals maps table".split(
    " ",
  ),
  ..."tableText differences unique layers bandWeights reliability library".split(" "),
];

/** Read a manifest. Unknown fields are kept; what a reader needs must be there.
 * @param text of `manifest.json`.
 * @throws EncodingError "format" if it is no JSON, another format, a later version, lacks a field, or names a file outside the folder. */
export function parseManifest(text: string): BrainManifest {
  const json = parseJson(text);
  if (json.format !== "simcortex-brain")
    refuse(`format must be "simcortex-brain"; got ${JSON.stringify(json.format) ?? "nothing"}`);
  if (json.version !== 1)
    refuse(
      `this program reads version 1; got ${JSON.stringify(json.version) ?? "none"}. Is simcortex too old?`,
    );
  const missing = fields.filter((field) => json[field] === undefined || json[field] === null);
  if (missing.length > 0) refuse(`${missing.join(", ")} missing. Was the file cut off?`);
  checkRefs(json, "");
  return json as unknown as BrainManifest;
}

function parseJson(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    refuse("it is no JSON text. Was the file cut off?");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) refuse("it must be a JSON object");
  return json as Record<string, unknown>;
}

const types: readonly string[] = ["float32", "float16", "int32", "uint16", "uint8"];

/** Every file must lie inside the folder, every array must say what it holds. */
function checkRefs(value: unknown, at: string): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [k, item] of value.entries()) checkRefs(item, `${at}[${k}]`);
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  if ("file" in record) checkPath(record.file, at);
  if ("type" in record || "shape" in record) {
    const { type, shape } = record;
    if (!types.includes(String(type)))
      refuse(`${at}.type must be one of ${types.join(", ")}; got ${String(type)}`);
    if (!Array.isArray(shape) || shape.some((size) => !Number.isSafeInteger(size) || size < 0))
      refuse(`${at}.shape must be whole numbers; got ${JSON.stringify(shape) ?? "nothing"}`);
  }
  for (const [key, item] of Object.entries(record)) checkRefs(item, at === "" ? key : `${at}.${key}`);
}

function checkPath(file: unknown, at: string): void {
  const inside =
    typeof file === "string" &&
    file.length > 0 &&
    !/^[/\\]|^[a-z][a-z0-9+.-]*:|[\\\0?#]/i.test(file) &&
    file.split("/").every((part) => part !== ".." && part !== "." && part !== "");
  if (!inside) refuse(`${at}.file must be a path inside the folder; got ${JSON.stringify(file)}`);
}

function refuse(what: string): never {
  throw new EncodingError("format", `parseManifest: ${what}.`);
}
