import { EncodingError } from "../core/index.ts";

/** Tasks of the pool's tests. */
export async function double(x: Float64Array): Promise<Float64Array> {
  return x.map((value) => 2 * value);
}

/** Fails with an error of ours. */
export async function refuse(): Promise<never> {
  throw new EncodingError("shape", "refuse: wrong shape; got 3.", { got: 3 });
}

/** Kills its worker. */
export async function crash(): Promise<never> {
  process.exit(3);
}

/** Never answers. */
export async function hang(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 1000));
}
