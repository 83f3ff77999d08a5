import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodePicture } from "./decode-picture.ts";
import { scalePixels } from "./pixels.ts";

const file = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const facts = JSON.parse(file("pictures.json").toString()) as Record<
  string,
  { size: readonly [number, number]; hash: string }
>;

describe("decodePicture", () => {
  it.each(Object.entries(facts))(
    "reads %s to the bytes of Pillow's convert(RGB)",
    async (name, { size, hash }) => {
      const { width, height, data } = await decodePicture(file(`pictures/${name}`), name);
      expect([width, height]).toEqual(size);
      expect(createHash("sha256").update(data).digest("hex").slice(0, 16)).toBe(hash);
    },
  );

  it("names a damaged file and what is wrong with it", async () => {
    const png = file("pictures/rgb.png");
    const jpeg = file("pictures/color-444.jpg");
    const bmp = file("pictures/rgb.bmp");
    const tell = (bytes: Uint8Array) => decodePicture(bytes, "a.png");
    await expect(tell(png.subarray(0, 200))).rejects.toThrow(/^decodePicture: cannot read a\.png: .+\.$/);
    await expect(tell(jpeg.subarray(0, 900))).rejects.toThrow(/cannot read a\.png/);
    await expect(tell(new Uint8Array(0))).rejects.toThrow("cannot read a.png: it is empty.");
    await expect(tell(Buffer.from("no picture"))).rejects.toThrow("it is no picture of a known format.");
    await expect(tell(bmp.subarray(0, 300))).rejects.toThrow(
      "cut off: 33 × 21 pixels need 2154 bytes; got 300.",
    );
    await expect(tell(bmp.subarray(0, 20))).rejects.toThrow("the header is cut off");
    const packed = new Uint8Array(bmp);
    packed[30] = 1;
    await expect(tell(packed)).rejects.toThrow("24 bits a pixel with packing 1 is not supported");
  });
});

describe("scalePixels", () => {
  const picture = { width: 2, height: 1, data: Uint8Array.from([0, 128, 255, 1, 2, 3]) };

  it("rounds every step to single precision, as transformers' processors do", () => {
    const normalise = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    // numpy: ((np.uint8([…]).astype(float64) * (1/255)).astype(float32) - float32(mean)) / float32(std)
    const wanted = [-2.1179039478302, -2.1007792949676514, 0.20518219470977783, -2.0007002353668213];
    const got = scalePixels(picture, { rescale: 1 / 255, normalise });
    expect([...got.slice(0, 4)]).toEqual(wanted);
  });

  it("lays channels one behind the other", () => {
    expect([...scalePixels(picture, { rescale: null, normalise: null })]).toEqual([0, 1, 128, 2, 255, 3]);
  });

  it("refuses means of another number of channels", () => {
    const normalise = { mean: [0.5], std: [0.5] };
    expect(() => scalePixels(picture, { rescale: 1, normalise })).toThrow(
      "scalePixels: mean and std must have one number a channel; the picture has 3, got [0.5].",
    );
  });
});
