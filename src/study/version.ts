import { createRequire } from "node:module";

/** Version of this package. */
export function version(): string {
  return (createRequire(import.meta.url)("../../package.json") as { version: string }).version;
}
