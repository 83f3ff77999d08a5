import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openHdf5 } from "./hdf5.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "fixtures/hdf5");

async function withFile<T>(
  name: string,
  work: (file: Awaited<ReturnType<typeof openHdf5>>) => T,
): Promise<T> {
  const file = await openHdf5(join(folder, name));
  try {
    return work(file);
  } finally {
    file.close();
  }
}

describe("openHdf5", () => {
  it("reads every kind of number in either byte order, as h5py wrote it", async () => {
    const kinds = { f4: Float32Array, f8: Float64Array, i8: Float64Array, u8: Float64Array, i2: Int16Array };
    await withFile("kinds.h5", (file) => {
      for (const order of ["little", "big"])
        for (const code of ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]) {
          const { shape, data } = file.read(`/${order}/${code}`);
          expect({ shape, data: [...data] }, `${order}/${code}`).toEqual({
            shape: [2, 3],
            data: [0, 1, 2, 3, 4, 100],
          });
          if (code in kinds) expect(data).toBeInstanceOf(kinds[code as keyof typeof kinds]);
        }
      expect([...file.read("/half").data]).toEqual([0, 1, 2, 3, 4, 5]);
      expect([...file.read("bool").data]).toEqual([1, 0, 1, 0, 1, 0]);
      expect(file.read("/scalar")).toEqual({ shape: [], data: Float64Array.of(2.5) });
      expect([...file.read("/same").data]).toEqual([0, 1, 2, 3, 4, 100]);
    });
  });

  it("lists numeric data sets of this file only", async () => {
    const names = await withFile("kinds.h5", (file) => file.datasets().map(({ path }) => path));
    expect(names).toContain("/little/f4");
    expect(names).toContain("/bool");
    for (const name of ["/words", "/complex", "/elsewhere"]) expect(names).not.toContain(name);
  });

  it("reads any rows, over the borders of chunks, as slices of the whole", async () => {
    await withFile("one.h5", (file) => {
      for (const [from, to] of [
        [0, 50],
        [6, 8],
        [13, 50],
        [49, 50],
        [20, 20],
      ] as const) {
        const { shape, data } = file.read("x", { from, to });
        expect(shape).toEqual([to - from, 4]);
        expect([...data]).toEqual(Array.from({ length: (to - from) * 4 }, (_, k) => from * 4 + k));
      }
    });
  });

  it("reads rows of a data set whose whole is far beyond memory", async () => {
    const part = await withFile("bad-huge.h5", (file) => {
      const { path, shape } = file.datasets()[0] ?? { path: "", shape: [] };
      expect(shape).toEqual([2 ** 34, 64]);
      expect(() => file.read(path)).toThrow("do not fit a file of");
      return file.read(path, { from: 2 ** 33, to: 2 ** 33 + 2 });
    });
    expect(part).toEqual({ shape: [2, 64], data: new Float64Array(128) });
  });

  it.each([
    ["/words", "is not numeric"],
    ["/complex", "is not numeric"],
    ["/none", "is empty"],
    ["/wide", "9007199254740993 has no exact float64"],
    ["/elsewhere", "stands in another file"],
    ["/nothing", 'has no data set "/nothing"; it has '],
    ["/little", 'has no data set "/little"; it has '],
    ["/elsewhere/more", "stands in another file"],
  ])("refuses %s: %s", async (path, says) => {
    await withFile("kinds.h5", (file) => expect(() => file.read(path)).toThrow(says));
  });

  it.each([
    [{ from: -1 }, "rows [-1, 50) lie outside the 50 rows"],
    [{ from: 3, to: 51 }, "rows [3, 51) lie outside the 50 rows"],
    [{ from: 4, to: 3 }, "rows [4, 3) lie outside the 50 rows"],
    [{ from: 0.5 }, "rows [0.5, 50) lie outside the 50 rows"],
    [{ to: Number.NaN }, "rows [0, NaN) lie outside the 50 rows"],
  ])("refuses rows %j", async (rows, says) => {
    await withFile("one.h5", (file) => expect(() => file.read("x", rows)).toThrow(says));
  });

  it("names a missing file and a folder", async () => {
    await expect(openHdf5(join(folder, "ones.h5"))).rejects.toThrow(
      /cannot read .*there is no such file\. Near it: one\.h5/,
    );
    await expect(openHdf5(folder)).rejects.toThrow("it is a folder");
  });
});
