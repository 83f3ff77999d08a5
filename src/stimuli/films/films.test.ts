import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import h5wasm, { File } from "h5wasm/node";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeNpy } from "../../io/index.ts";
import type { Picture } from "../render.ts";
import { findFfmpeg } from "./ffmpeg.ts";
import type { Film, FilmOptions } from "./film.ts";
import { openFilm } from "./open-film.ts";
import { pickFrames } from "./pick-frames.ts";

const noFfmpeg = spawnSync("ffmpeg", ["-version"]).error !== undefined;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-films-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [width, height] = [16, 12];
/** Four-colour blocks that are other ones in each frame, so that no frame is like another and palettes hold them. */
const pixels = (frame: number) =>
  Uint8Array.from({ length: 3 * width * height }, (_, k) => {
    const [channel, x, y] = [k % 3, Math.floor(k / 3) % width, Math.floor(k / (3 * width))];
    return 60 * ((Math.floor(x / 4) + Math.floor(y / 4) + channel + frame) % 4);
  });
const join8 = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const animate = (kind: "gif" | "webp", delay: number[]) => {
  const raw = { width, height: height * delay.length, channels: 3 as const, pageHeight: height };
  const made = sharp(join8(delay.map((_, k) => pixels(k))), { raw });
  return (kind === "gif" ? made.gif({ delay, dither: 0 }) : made.webp({ delay, lossless: true })).toBuffer();
};
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const all = async (film: Film) => {
  const out: Picture[] = [];
  for await (const frame of film.read()) out.push(frame);
  return out;
};
/** Which frame each frame shows. */
const seen = async (film: Film) =>
  (await all(film)).map(({ data }) => [0, 1, 2, 3].find((k) => Buffer.compare(data, pixels(k)) === 0));
const failing = (path: string, options?: FilmOptions) =>
  openFilm(path, options)
    .then(all)
    .then(
      () => "no error",
      (error: Error) => error.message.replaceAll(folder, "…"),
    );

describe("openFilm", () => {
  it.each(["gif", "webp"] as const)("reads an animated %s frame by frame at its own rate", async (kind) => {
    const film = await openFilm(write(`even.${kind}`, await animate(kind, [40, 40, 40, 40])));
    expect([film.width, film.height, film.rate, film.frames]).toEqual([16, 12, 25, 4]);
    expect(await seen(film)).toEqual([0, 1, 2, 3]);
    expect(await seen(film)).toEqual([0, 1, 2, 3]); // again from the first
  });
  it("repeats frames of unlike length at the rate that fits all of them, and takes 0 for 0.1 s", async () => {
    const film = await openFilm(write("uneven.gif", await animate("gif", [40, 80, 0, 20])));
    expect([film.rate, film.frames]).toEqual([50, 12]);
    expect(await seen(film)).toEqual([0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]);
    const slow = await openFilm(join(folder, "uneven.gif"), { rate: 12.5 });
    expect([slow.rate, slow.frames]).toEqual([12.5, 3]);
    expect(await seen(slow)).toEqual([1, 2, 2]); // on at .04, .12 and .2 s
  });
  it("reads a folder of numbered pictures in the order of their numbers", async () => {
    const frames = join(folder, "frames");
    mkdirSync(frames);
    for (const k of [0, 1, 2, 3])
      writeFileSync(
        join(frames, `clip2-${9 + k}.png`),
        await sharp(pixels(k), { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer(),
      );
    writeFileSync(join(frames, "notes.txt"), "not a frame");
    const film = await openFilm(frames, { rate: 30 });
    expect([film.rate, film.frames]).toEqual([30, 4]);
    expect(await seen(film)).toEqual([0, 1, 2, 3]);
    expect(await failing(frames)).toBe(
      "openFilm: …/frames is a folder of frames, which does not say its frames a second; give `rate`.",
    );
    rmSync(join(frames, "clip2-10.png"));
    expect(await failing(frames, { rate: 30 })).toBe(
      "openFilm: …/frames: frame 10 is missing between clip2-9.png and clip2-11.png.",
    );
    writeFileSync(
      join(frames, "clip2-10.png"),
      await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    );
    expect(await failing(frames, { rate: 30 })).toMatch(
      /frames must be equally large; .*clip2-9\.png has 16 × 12 pixels, clip2-10\.png 8 × 8/,
    );
    expect(await failing(folder, { rate: 30 })).toMatch(/has no number|holds no numbered pictures/);
  });
  it("reads an array of colour or grey frames a frame at a time", async () => {
    const data = join8([0, 1, 2, 3].map(pixels));
    const color = await openFilm(write("color.npy", encodeNpy({ shape: [4, height, width, 3], data })), {
      rate: 15,
    });
    expect([color.rate, color.frames, ...(await seen(color))]).toEqual([15, 4, 0, 1, 2, 3]);
    const grey = Uint8Array.from({ length: 2 * 6 }, (_, k) => 20 * k);
    const film = await openFilm(write("grey.npy", encodeNpy({ shape: [2, 2, 3], data: grey })), { rate: 15 });
    const [, second] = await all(film);
    expect([second?.width, second?.height, ...(second?.data.slice(0, 6) ?? [])]).toEqual([
      3, 2, 120, 120, 120, 140, 140, 140,
    ]);
    const parts = Float32Array.from(grey, (value) => value / 255);
    parts[11] = 1.01; // overshoot of a resized picture
    const fractions = await all(
      await openFilm(write("parts.npy", encodeNpy({ shape: [2, 2, 3], data: parts })), { rate: 15 }),
    );
    expect([...(fractions[1]?.data.slice(12) ?? [])]).toEqual([200, 200, 200, 255, 255, 255]);
    const whole = write("whole.npy", encodeNpy({ shape: [2, 2, 3], data: new Int32Array(12) }));
    expect(await failing(whole, { rate: 15 })).toBe(
      "openFilm: …/whole.npy must hold frames × height × width (× 3) numbers: bytes (uint8), or fractions of white from 0 to 1; it is [2, 2, 3].",
    );
    const bright = write("bright.npy", encodeNpy({ shape: [1, 2, 3], data: new Float32Array(6).fill(200) }));
    expect(await failing(bright, { rate: 15 })).toMatch(/it is \[1, 2, 3\] of larger fractions\.$/);
    const cut = write("cut.npy", readFileSync(join(folder, "color.npy")).subarray(0, 2000));
    expect(await failing(cut, { rate: 15 })).toMatch(
      /^openFilm: cannot read …\/cut\.npy: .*Is it cut off\?$/,
    );
  });
  it("reads frames of a data set of an HDF5 file", async () => {
    await h5wasm.ready;
    const path = join(folder, "film.hdf");
    const file = new File(path, "w");
    const data = join8([0, 1, 2, 3].map(pixels));
    file.create_dataset({
      name: "stimuli",
      data,
      shape: [4, height, width, 3],
      chunks: [3, height, width, 3],
      compression: "gzip",
    });
    file.create_dataset({ name: "times", data: new Float64Array(4), shape: [4] });
    file.close();
    const film = await openFilm(path, { rate: 15 });
    expect([film.rate, film.frames, ...(await seen(film))]).toEqual([15, 4, 0, 1, 2, 3]);
    expect(await seen(await openFilm(path, { rate: 15, dataset: "stimuli" }))).toEqual([0, 1, 2, 3]);
    expect(await failing(path, { rate: 15, dataset: "frames" })).toBe(
      'openFilm: …/film.hdf has no data set "frames"; name one in `dataset`: /stimuli.',
    );
    expect(await failing(write("cut.hdf", readFileSync(path).subarray(0, 900)), { rate: 15 })).toMatch(
      /^openFilm: cannot read …\/cut\.hdf: [^\n]+$/,
    );
  });
  it("gives the frames that are on at some times, each film read once", async () => {
    const film = await openFilm(join(folder, "color.npy"), { rate: 15 });
    const pick = async (times: number[]) => {
      const out: (number | undefined)[] = [];
      for await (const { data } of pickFrames(film, times))
        out.push([0, 1, 2, 3].find((k) => Buffer.compare(data, pixels(k)) === 0));
      return out;
    };
    expect(await pick([0, 0.06, 1 / 15, 0.1, 0.26])).toEqual([0, 0, 1, 1, 3]);
    expect(await pick([])).toEqual([]);
    await expect(pick([0, 0.27])).rejects.toThrow(
      /color\.npy has 4 frames, 0\.27 s; there is none at 0\.27 s\.$/,
    );
    await expect(pick([0.2, 0.1])).rejects.toThrow(
      "pickFrames: times must ascend from 0; got 0.2 s before 0.1 s.",
    );
  });
  it("says in one line what is wrong with a damaged animation, a still, an empty file and no file", async () => {
    const gif = readFileSync(write("whole.gif", await animate("gif", [40, 40, 40, 40])));
    for (const share of [0.3, 0.7, 0.99])
      expect(await failing(write("cut.gif", gif.subarray(0, Math.floor(share * gif.length))))).toMatch(
        /^openFilm: cannot read …\/cut\.gif: the GIF is cut off after \d+ bytes, in or after frame \d\.$/,
      );
    const webp = await animate("webp", [40, 40, 40]);
    expect(await failing(write("cut.webp", webp.subarray(0, 200)))).toMatch(
      /^openFilm: cannot read .*cut\.webp: [^\n]+\.$/,
    );
    expect(await failing(write("no.gif", new TextEncoder().encode("GIFT of text")))).toMatch(
      /no\.gif: [^\n]+\.$/,
    );
    const still = await sharp(pixels(0), { raw: { width, height, channels: 3 } })
      .gif()
      .toBuffer();
    expect(await failing(write("still.gif", still))).toBe(
      "openFilm: …/still.gif is a still picture: it has one frame.",
    );
    expect(await failing(write("still.png", gif))).toMatch(
      /is a still picture\. A folder of numbered pictures is a film/,
    );
    expect(await failing(write("empty.mp4", new Uint8Array(0)))).toBe(
      "openFilm: cannot read …/empty.mp4: it is empty.",
    );
    expect(await failing(join(folder, "gone.mp4"))).toBe("openFilm: there is no film …/gone.mp4.");
    expect(await failing(join(folder, "whole.gif"), { rate: 0 })).toMatch(/rate must be a number in/);
  });
  it("names the remedy where there is no ffmpeg", async () => {
    expect(await findFfmpeg(join(folder, "no-such-program"))).toBeNull();
    const error = await failing(write("film.mp4", Uint8Array.of(1, 2, 3)), {
      ffmpeg: join(folder, "no-such-program"),
    });
    expect(error).toMatch(
      /film\.mp4 is read by the program ffmpeg, and ".*no-such-program" cannot be run \(ENOENT\)\. Install it \(apt-get install ffmpeg, .*\), or give the film as a folder of numbered pictures/,
    );
    expect(error).not.toContain("\n");
  });
});

describe.skipIf(noFfmpeg)(
  `a film file${noFfmpeg ? " (skipped: there is no ffmpeg on the PATH)" : ""}`,
  () => {
    const make = (name: string, ...args: string[]) => {
      execFileSync("ffmpeg", ["-v", "error", "-y", ...args, join(folder, name)]);
      return join(folder, name);
    };
    /** The frames above through a lossless codec. */
    const lossless = (name: string, rate: string, count = 4) => {
      const raw = write(`${name}.raw`, join8(Array.from({ length: count }, (_, k) => pixels(k % 4))));
      return make(
        name,
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        `${width}x${height}`,
        "-r",
        rate,
        "-i",
        raw,
        "-c:v",
        "ffv1",
        "-pix_fmt",
        "gbrp",
      );
    };
    it("is read to the last bit, at its own rate or another", async () => {
      expect(await findFfmpeg()).toMatch(/^\S+$/);
      const film = await openFilm(lossless("a film; $(x).mkv", "30000/1001")); // no shell looks at the name
      expect([film.width, film.height, film.frames]).toEqual([16, 12, null]);
      expect(film.rate).toBeCloseTo(29.97, 2);
      expect(await seen(film)).toEqual([0, 1, 2, 3]);
      const twice = await openFilm(lossless("slow.mkv", "10"), { rate: 20 });
      expect(await seen(twice)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    });
    it("has square pixels", async () => {
      const wide = make(
        "wide.mkv",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=40x30:rate=5:duration=1,setsar=2",
        "-c:v",
        "ffv1",
      );
      const film = await openFilm(wide);
      expect([film.width, film.height, (await all(film)).length]).toEqual([80, 30, 5]);
    });
    it("that is damaged, cut off or none gives one line with ffmpeg's reason", async () => {
      const whole = readFileSync(
        make("whole.mkv", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=24:duration=2", "-c:v", "ffv1"),
      );
      expect(await failing(write("cut.mkv", whole.subarray(0, Math.floor(0.7 * whole.length))))).toMatch(
        /^openFilm: cannot read …\/cut\.mkv: File ended prematurely[^\n]*\.$/,
      );
      const noise = write(
        "noise.mp4",
        Uint8Array.from({ length: 5000 }, (_, k) => (k * k * 31) % 251),
      );
      expect(await failing(noise)).toBe(
        "openFilm: cannot read …/noise.mp4: Invalid data found when processing input.",
      );
      const sound = make("sound.mp4", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac");
      expect(await failing(sound)).toMatch(/^openFilm: cannot read …\/sound\.mp4: [^\n]+\.$/);
    });
    /** Programs that read the long film; Linux alone tells. */
    const linux = process.platform === "linux";
    const running = () =>
      (linux ? readdirSync("/proc") : []).filter((id) => {
        try {
          return /^\d+$/.test(id) && /^ffmpeg\0.*long\.mkv/.test(readFileSync(`/proc/${id}/cmdline`, "utf8"));
        } catch {
          return false; // it has ended
        }
      }).length;
    const gone = async () => {
      for (let k = 0; k < 200 && running() > 0; k++) await new Promise((done) => setTimeout(done, 20));
      return running();
    };
    it("is held a few frames at a time, and its program ends with the loop, or when it is stopped", async () => {
      const long = make(
        "long.mkv",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=320x240:rate=30:duration=20",
        "-c:v",
        "mpeg4",
      );
      const film = await openFilm(long);
      let count = 0;
      for await (const _ of film.read()) if (++count === 3) break;
      expect(await gone()).toBe(0);
      const stop = new AbortController();
      const reading = (async () => {
        for await (const _ of film.read({ signal: stop.signal })) if (++count === 10) stop.abort();
      })();
      await expect(reading).rejects.toMatchObject({ kind: "cancelled" });
      expect(await gone()).toBe(0);
      // 600 frames are 138 MB of RGB
      const before = process.memoryUsage();
      let most = 0;
      count = 0;
      for await (const _ of film.read()) {
        const { arrayBuffers, external } = process.memoryUsage();
        if (++count % 100 === 0)
          most = Math.max(most, arrayBuffers + external - before.arrayBuffers - before.external);
      }
      expect(count).toBe(600);
      expect(most).toBeLessThan(110e6);
    });
    it.runIf(linux)("leaves no ffmpeg behind when the process is killed", { timeout: 20_000 }, async () => {
      const long = join(folder, "long.mkv");
      const script = `const { openFilm } = await import(${JSON.stringify(new URL("./open-film.ts", import.meta.url).href)});
      const film = await openFilm(${JSON.stringify(long)});
      for await (const _ of film.read()) { console.log("frame"); await new Promise((done) => setTimeout(done, 1e6)); }`;
      const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((seenOne) => child.stdout.once("data", seenOne));
      expect(running()).toBe(1);
      child.kill("SIGKILL");
      expect(await gone()).toBe(0);
    });
  },
);
