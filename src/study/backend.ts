import { openLinalg } from "../linalg/index.ts";

/** Name and version of the fastest backend of this machine (or of SIMCORTEX_LINALG); part of every key, because backends round apart. */
export async function findBackend() {
  const linalg = await openLinalg({ where: "here" });
  await linalg.close();
  return { name: linalg.name, version: `${linalg.name}: ${linalg.version}` };
}
