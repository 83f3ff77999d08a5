import { createHash, type Hash } from "node:crypto";
import { EncodingError } from "../core/index.ts";

/** What may be hashed and stored: JSON values, NaN and infinities, and typed arrays at any depth. */
export type Value =
  | null
  | boolean
  | number
  | string
  | undefined
  | ArrayBufferView
  | readonly Value[]
  | { readonly [key: string]: Value };

/** SHA-256 of bytes or text, in hex. */
export function hashBytes(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of a value, whatever the order of its keys; typed arrays count with their type and exact bytes.
 * Undefined properties are as good as missing ones.
 * @throws EncodingError "value" for functions, symbols and class instances. */
export function hashValue(value: unknown): string {
  const hash = createHash("sha256");
  feed(hash, value);
  return hash.digest("hex");
}

function feed(hash: Hash, value: unknown): void {
  if (value === null || typeof value === "boolean" || typeof value === "string" || value === undefined)
    hash.update(`${JSON.stringify(value) ?? "undefined"};`);
  else if (typeof value === "number") hash.update(`${Object.is(value, -0) ? "-0" : String(value)};`);
  else if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name}[${value.byteLength}]:`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (Array.isArray(value)) {
    hash.update(`[${value.length}:`);
    for (const item of value) feed(hash, item);
  } else if (typeof value === "object" && isPlain(value)) feedObject(hash, value as Record<string, unknown>);
  else
    throw new EncodingError(
      "value",
      `hashValue: only plain data can be hashed; got ${typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value}.`,
    );
}

function feedObject(hash: Hash, value: Record<string, unknown>): void {
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  hash.update(`{${keys.length}:`);
  for (const key of keys) {
    hash.update(`${JSON.stringify(key)}=`);
    feed(hash, value[key]);
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}
