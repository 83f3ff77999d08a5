import { EncodingError } from "../core/index.ts";
import { toFloats } from "./ndarray.ts";
import { readGifti } from "./read-gifti.ts";
import type { ReadArray } from "./read-options.ts";

/** Read a GIFTI file of maps: one array as it is, several (a time series) as arrays × vertices.
 * @throws EncodingError "format" if it holds none, or a mesh; "shape" if the arrays differ in size. */
export async function readSurface(path: string): Promise<ReadArray> {
  const { arrays } = await readGifti(path);
  const [first] = arrays;
  if (first === undefined) throw new EncodingError("format", "GIFTI: the file has no data.");
  if (arrays.length === 1) return { shape: first.shape, data: toFloats(first.data), names: null };
  if (arrays.some(({ intent }) => intent === "NIFTI_INTENT_TRIANGLE"))
    throw new EncodingError("format", "GIFTI: the file is a mesh; maps (shape, func, label) are needed.");
  const vertices = first.data.length;
  const odd = arrays.find((array) => array.data.length !== vertices);
  if (odd)
    throw new EncodingError(
      "shape",
      `GIFTI: arrays of ${vertices} and ${odd.data.length} numbers cannot be stacked.`,
    );
  const single = arrays.every(({ data }) => data instanceof Float32Array);
  const data = single
    ? new Float32Array(arrays.length * vertices)
    : new Float64Array(arrays.length * vertices);
  for (const [t, array] of arrays.entries()) data.set(array.data, t * vertices);
  return { shape: [arrays.length, vertices], data, names: null };
}
