import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { predict } from "../simulator/index.ts";
import { decodePicture } from "../stimuli/index.ts";
import { type BrainFolder, openBrainFolder } from "../study/open-brain-folder.ts";
import { runExperiments } from "../study/run-experiment.ts";
import { smallBrain } from "../study/small-brain.fixture.ts";
import { type OpenServer, openServer } from "./open-server.ts";
import type { JobAnswer, PredictAnswer } from "./schemas.ts";
import { complaintsOf, errorOf, post, send, slow, workers } from "./server.fixture.ts";
import { boundsCases } from "./server-bounds.fixture.ts";

type Json = Record<string, unknown>;
let folder: string;
let own: BrainFolder;
let server: OpenServer;
let url: string;
let document: Json;
const bugs: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "server-"));
  cpSync(smallBrain, folder, { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "outside of brain/");
  symlinkSync(join(folder, "secret.txt"), join(folder, "brain/arrays/link.bin"));
  own = await openBrainFolder(folder, { where: "here" });
  server = await openServer(folder, {
    port: 0,
    workers,
    bounds: { predictions: 6, body: 200_000 },
    seconds: { request: 1 },
    onBug: (stack) => bugs.push(stack),
  });
  ({ url } = server);
  document = JSON.parse((await send(url, "/openapi.json")).text) as Json;
}, 60_000);
afterAll(async () => {
  await server.close();
  await own.close();
  rmSync(folder, { recursive: true });
  expect(bugs).toEqual([]);
});

const picture = () => readFileSync(join(folder, "brain/library/p0.png"));
const experiments = {
  model: "both",
  sets: {
    odd: { library: "picture", tags: ["odd"] },
    even: { library: "picture", tags: ["even"] },
    said: { sentences: ["the dog sees the cat.", "a red bird."] },
  },
  experiments: [{ present: "said" }, { contrast: ["odd", "even"], draws: 99 }],
};

async function untilEnd(id: string): Promise<JobAnswer> {
  for (;;) {
    const job = JSON.parse((await send(url, `/api/experiments/${id}`)).text) as JobAnswer;
    if (job.state !== "waiting" && job.state !== "running") return job;
    await wait(20);
  }
}

describe("the OpenAPI document", () => {
  it("is of version 3.1, names every operation once, and every reference leads somewhere", () => {
    expect(document.openapi).toBe("3.1.0");
    const { paths, components } = document as { paths: Record<string, Json>; components: { schemas: Json } };
    const ids = Object.values(paths).flatMap((path) =>
      Object.values(path).map((one) => (one as Json).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(refs.length).toBeGreaterThan(20);
    for (const [, name] of refs) expect(Object.keys(components.schemas)).toContain(name);
  });
  it("describes what is answered: an unknown field, a missing one and another type are told apart", async () => {
    const { text } = await send(url, "/api/regions");
    const at = { method: "GET", path: "/api/regions", status: 200 };
    const right = JSON.parse(text) as { regions: Json[] };
    expect(complaintsOf(document, at, right)).toEqual([]);
    expect(complaintsOf(document, at, { ...right, more: 1 })).not.toEqual([]);
    expect(complaintsOf(document, at, { regions: [{ name: "x" }] })).not.toEqual([]);
    expect(complaintsOf(document, at, { regions: [{ ...right.regions[0], targets: ["0"] }] })).not.toEqual(
      [],
    );
  });
  it.each([
    ["/api/brain", "/api/brain", 200],
    ["/api/maps", "/api/maps", 200],
    ["/api/maps/score%2Fboth", "/api/maps/{id}", 200],
    ["/api/maps/score/both?person=A", "/api/maps/{id}", 200],
    ["/api/maps/none", "/api/maps/{id}", 404],
    ["/api/maps/score/both?person=Z", "/api/maps/{id}", 422],
    ["/api/maps/score/both?persn=A", "/api/maps/{id}", 400],
    ["/api/regions", "/api/regions", 200],
    ["/api/regions/seen", "/api/regions/{name}", 200],
    ["/api/regions/none", "/api/regions/{name}", 404],
    ["/api/experiments/none", "/api/experiments/{id}", 404],
    ["/api/experiments/none/events", "/api/experiments/{id}/events", 404],
  ])("holds for GET %s", async (asked, path, status) => {
    const answer = await send(url, asked);
    expect(answer.status).toBe(status);
    expect(complaintsOf(document, { method: "GET", path, status }, JSON.parse(answer.text))).toEqual([]);
  });
});

describe("maps and regions", () => {
  it("are the numbers of the brain's files, NaN as null", async () => {
    const { manifest } = own.brain;
    const map = manifest.maps.find(({ id }) => id === "score/both");
    const all = await own.brain.array((map as NonNullable<typeof map>).values);
    const answer = JSON.parse((await send(url, "/api/maps/score/both?person=B")).text) as {
      values: number[];
    };
    expect(answer.values).toEqual([...all.subarray(24, 36)].map((x) => (Number.isFinite(x) ? x : null)));
    const { regions } = JSON.parse((await send(url, "/api/regions")).text) as {
      regions: { targets: number[] }[];
    };
    expect(regions.map(({ targets }) => targets)).toEqual([0, 1, 2].map((r) => [r, r + 3, r + 6, r + 9]));
  });
});

describe("predict", () => {
  it("gives exactly the numbers of the library, for sentences and for pictures", async () => {
    const sentences = ["the dog sees the cat.", "a bird"];
    const files = ["p0", "p3"].map((name) => readFileSync(join(folder, `brain/library/${name}.png`)));
    const pictures = await Promise.all(files.map((bytes) => decodePicture(bytes)));
    const asked = [
      [
        { model: "both", sentences },
        { sense: "sentence", sentences },
      ],
      [
        { model: "both", person: "A", pictures: files.map((b) => b.toString("base64")) },
        { sense: "picture", pictures },
      ],
    ] as const;
    for (const [body, stimuli] of asked) {
      const { status, text } = await post(url, "/api/predict", body);
      expect(status).toBe(200);
      const answer = JSON.parse(text) as PredictAnswer;
      expect(complaintsOf(document, { method: "POST", path: "/api/predict", status }, answer)).toEqual([]);
      const person = "person" in body ? { person: body.person } : {};
      const expected = await predict(own.brain, await own.encode("both", stimuli), {
        model: "both",
        ...person,
      });
      expect(answer.responses.flat()).toEqual([...expected.responses]);
      expect(answer.interval).toEqual([...expected.interval]);
      expect(answer.mask).toEqual([...expected.mask]);
      expect(answer.percentile).toEqual([...expected.percentile]);
      expect(answer.warnings).toEqual(expected.warnings);
    }
  });
  it("takes a picture file as it is, and averages the trusted targets of each region", async () => {
    const one = await send(url, "/api/predict?model=both", {
      method: "POST",
      headers: { "Content-Type": "image/png" },
      body: picture(),
    });
    const other = await post(url, "/api/predict", {
      model: "both",
      pictures: [picture().toString("base64")],
    });
    expect(one.text).toBe(other.text);
    const { responses, mask, regions } = JSON.parse(one.text) as PredictAnswer;
    const trusted = [0, 3, 6, 9].filter((t) => mask[t] === 1);
    expect(regions[0]?.kept).toBe(trusted.length);
    const mean = trusted.reduce((sum, t) => sum + (responses[0]?.[t] as number), 0) / trusted.length;
    expect(regions[0]?.responses[0]).toBeCloseTo(mean, 12);
    expect(regions[2]).toEqual({ region: "silent", kept: 0, responses: [null], interval: null });
  });
  it.each([
    ["", 400, "format", /body is empty/],
    ["{", 400, "format", /no JSON/],
    ["null", 400, "settings", /expected object/],
    ["[]", 400, "settings", /expected object/],
    ['{"model":"both"}', 400, "settings", /sentences: .*expected array/],
    ['{"model":1,"sentences":["a"]}', 400, "settings", /body, model: .*expected string/],
    ['{"model":"both","sentences":[]}', 400, "settings", /sentences: Too small/],
    ['{"model":"both","sentences":["a"],"x":1}', 400, "settings", /"x"/],
    ['{"model":"both","pictures":["##"]}', 400, "settings", /pictures.0: .*base64/],
    ['{"model":"both","pictures":["AAAA"]}', 400, "format", /cannot read picture 1: it is no picture/],
    ['{"model":"both","sentences":["a","  "]}', 422, "value", /sentence 2 of 2 is empty/],
    ['{"model":"none","sentences":["a"]}', 422, "option", /no model "none"; the brain has both, eye/],
    ['{"model":"both","person":"Z","sentences":["a"]}', 422, "option", /no person "Z"; the brain has/],
    ['{"model":"eye","sentences":["a"]}', 422, "option", /"eye" takes pictures only/],
    ['{"__proto__":{"model":"both"},"sentences":["a"]}', 400, "settings", /./],
    ["\u0000\u0001\ufffd", 400, "format", /no JSON/],
  ])("refuses %j in one clear line", async (body, status, kind, message) => {
    const answer = await post(url, "/api/predict", body);
    expect(answer.status).toBe(status);
    expect(errorOf(answer.text)).toMatchObject({
      kind,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\w/),
    });
    expect(answer.text).not.toMatch(/\\n|\.ts:/);
    expect(
      complaintsOf(document, { method: "POST", path: "/api/predict", status }, JSON.parse(answer.text)),
    ).toEqual([]);
  });
  it("refuses bytes that are no text, other media types, and a file that is no picture", async () => {
    const json = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: Uint8Array.of(0xff, 0xfe),
    };
    expect(errorOf((await send(url, "/api/predict", json)).text).message).toMatch(/not text in UTF-8/);
    expect((await send(url, "/api/predict", { ...json, headers: {} })).status).toBe(415);
    const png = { ...json, headers: { "Content-Type": "image/png" } };
    expect((await send(url, "/api/predict?model=both", png)).status).toBe(400);
  });
  it("cuts a sentence of 10,000 words, and says so", async () => {
    const { status, text } = await post(url, "/api/predict", {
      model: "both",
      sentences: ["dog ".repeat(10_000)],
    });
    expect(status).toBe(200);
    expect((JSON.parse(text) as PredictAnswer).warnings.join()).toMatch(/longer than the encoder reads/);
  });
});

describe("experiments", () => {
  it("run as from a file, told by server-sent events up to their results", async () => {
    const started = await post(url, "/api/experiments", experiments);
    expect(started.status).toBe(202);
    const { id } = JSON.parse(started.text) as JobAnswer;
    const stream = await send(url, `/api/experiments/${id}/events`); // ends with the job
    expect(stream.headers["content-type"]).toMatch(/^text\/event-stream/);
    const told = [...stream.text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data]) => ({
      event,
      job: JSON.parse(data as string) as JobAnswer,
    }));
    const path = "/api/experiments/{id}/events";
    for (const { job } of told)
      expect(
        complaintsOf(document, { method: "GET", path, status: 200, type: "text/event-stream" }, job),
      ).toEqual([]);
    expect(told.at(-1)?.event).toBe("done");
    expect(told.slice(0, -1).every(({ event }) => event === "progress")).toBe(true);
    const expected = await runExperiments(
      own,
      { ...experiments, brain: folder, seed: 1 } as Parameters<typeof runExperiments>[1],
      { folder },
    );
    const plain = JSON.parse(JSON.stringify(expected)) as unknown;
    expect(told.at(-1)?.job.results).toEqual(plain);
    expect((await untilEnd(id)).results).toEqual(plain);
  });
  it("are refused with files, gradients, or sets that are not there", async () => {
    const refuse = async (change: Json, message: RegExp) => {
      const { status, text } = await post(url, "/api/experiments", { ...experiments, ...change });
      expect(status).toBe(400);
      expect(errorOf(text).message).toMatch(message);
    };
    await refuse({ sets: { a: { files: ["/etc/passwd"] } }, experiments: [{ present: "a" }] }, /sets\.a/);
    await refuse({ experiments: [{ ascend: "seen", family: "/" }] }, /experiments\.0/);
    await refuse({ experiments: [{ present: "none" }] }, /no set "none"; there are odd, even, said/);
    await refuse({ brain: "/etc" }, /"brain"/);
  });
  it.runIf(slow)("that cannot be done end as failed, with the library's error", async () => {
    const { text } = await post(url, "/api/experiments", { ...experiments, model: "none" });
    const job = await untilEnd((JSON.parse(text) as JobAnswer).id);
    expect(job).toMatchObject({ state: "failed", results: null, error: { kind: "option" } });
    expect(job.error?.message).toMatch(/no model "none"/);
  });
  it("stop when they are told to, and wait for each other in bounded number", async () => {
    const long = {
      ...experiments,
      experiments: Array(40).fill({ contrast: ["odd", "even"], draws: 100_000 }),
    };
    const ids: string[] = [];
    let last = await post(url, "/api/experiments", long);
    while (last.status === 202) {
      ids.push((JSON.parse(last.text) as JobAnswer).id);
      last = await post(url, "/api/experiments", long);
    }
    expect(ids).toHaveLength(9); // one runs, eight wait
    expect(last.status).toBe(503);
    expect(last.headers["retry-after"]).toBe("1");
    for (const id of ids.reverse()) await send(url, `/api/experiments/${id}`, { method: "DELETE" });
    for (const id of ids) expect((await untilEnd(id)).state).toBe("cancelled");
  });
});

boundsCases({
  get folder() {
    return folder;
  },
  get url() {
    return url;
  },
  get server() {
    return server;
  },
  picture,
});
