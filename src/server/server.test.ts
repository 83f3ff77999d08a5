import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { predict } from "../simulator/index.ts";
import { decodePicture } from "../stimuli/index.ts";
import { type BrainFolder, openBrainFolder } from "../study/open-brain-folder.ts";
import { runExperiments } from "../study/run-experiment.ts";
import { smallBrain } from "../study/small-brain.fixture.ts";
import { type OpenServer, openServer } from "./open-server.ts";
import type { JobAnswer, PredictAnswer } from "./schemas.ts";
import { complaintsOf, post, send } from "./server.fixture.ts";

type Json = Record<string, unknown>;
const built = (name: string) => new URL(`../../dist/server/${name}-worker.js`, import.meta.url);
const workers = { lab: built("lab"), experiments: built("experiment") }; // they start ten times as fast as through tsx
const slow = process.env.SIMCORTEX_SLOW !== undefined;

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
const errorOf = (text: string) =>
  (JSON.parse(text) as { error: { kind: string; message: string; hint: string } }).error;

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

describe("files", () => {
  it("of the brain come with type, length and a tag that saves the second time", async () => {
    const answer = await send(url, "/brain/library/p0.png");
    expect(answer.headers).toMatchObject({
      "content-type": "image/png",
      "content-length": String(picture().length),
    });
    const tag = { "If-None-Match": String(answer.headers.etag) };
    expect((await send(url, "/brain/library/p0.png", { headers: tag })).status).toBe(304);
    expect(await send(url, "/brain/manifest.json", { method: "HEAD" })).toMatchObject({
      status: 200,
      text: "",
    });
  });
  it.each([
    "/brain/../secret.txt",
    "/brain/%2e%2e/secret.txt",
    "/brain/..%2fsecret.txt",
    "/brain/arrays/..%5c..%5csecret.txt",
    "/brain/arrays/link.bin",
    "/brain//etc/hostname",
    "/brain/%00",
    "/brain/%ff",
    "/brain/arrays",
    "/brain/",
    "/secret.txt",
    "/../secret.txt",
  ])("outside of the folders are not there: %s", async (path) => {
    const { status, text } = await send(url, path);
    expect(status).toBe(404);
    expect(errorOf(text).kind).toBe("missing");
  });
  it("of a page that is not built are missing with the command that builds it", async () => {
    expect(server.hasPage).toBe(false);
    expect(errorOf((await send(url, "/")).text).hint).toMatch(/build:web/);
  });
});

describe("who may ask", () => {
  it("is told by Host and Origin: other names (DNS rebinding) and pages of other origins are refused", async () => {
    const { port } = new URL(url);
    const ask = async (headers: Record<string, string>) =>
      (await send(url, "/api/brain", { headers })).status;
    expect(await ask({ Host: `localhost:${port}` })).toBe(200);
    expect(await ask({ Host: `evil.example:${port}` })).toBe(421);
    expect(await ask({ Host: "127.0.0.1:1" })).toBe(421);
    expect(await ask({ Origin: "http://evil.example" })).toBe(403);
    expect(await ask({ Origin: "null" })).toBe(403);
    expect(await ask({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" })).toBe(403);
    expect(await ask({ Host: `localhost:${port}`, Origin: `http://localhost:${port}` })).toBe(200);
  });
  it("and by a token where one is asked for: in the header, in the address, then as a cookie", async () => {
    const guarded = await openServer(folder, { port: 0, token: "a-token-of-16-ch" });
    try {
      const ask = (path: string, headers = {}) => send(guarded.url, path, { headers });
      expect(guarded.url).toMatch(/\?token=a-token-of-16-ch$/);
      expect((await ask("/api/brain")).status).toBe(401);
      expect((await ask("/api/brain?token=a-token-of-16-cx")).status).toBe(401);
      expect((await ask("/api/brain", { Authorization: "Bearer a-token-of-16-ch" })).status).toBe(200);
      const first = await ask("/api/brain?token=a-token-of-16-ch");
      const cookie = String(first.headers["set-cookie"]);
      expect(cookie).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/);
      expect((await ask("/api/brain", { Cookie: cookie.split(";")[0] })).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
  it("cannot be everyone: another address than the loopback has a token, and a token has 12 characters", async () => {
    const open = await openServer(folder, { port: 0, host: "0.0.0.0" });
    expect(open).toMatchObject({ isLocal: false, url: expect.stringMatching(/\?token=[\w-]{32}$/) });
    await open.close();
    await expect(openServer(folder, { port: 0, token: "short" })).rejects.toThrow(/at least 12 characters/);
  });
  it("gets headers with every answer that keep the page to itself", async () => {
    for (const path of ["/api/brain", "/none", "/brain/manifest.json"])
      expect((await send(url, path)).headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "content-security-policy": expect.stringMatching(/default-src 'self'/),
      });
  });
});

describe("a port that is taken", () => {
  it("is one line that says what to do", async () => {
    const port = Number(new URL(url).port);
    await expect(openServer(folder, { port })).rejects.toThrow(
      /^serve: port \d+ of 127.0.0.1 is taken. Name another with --port/,
    );
    await expect(openServer(folder, { port: 0, host: "192.0.2.1" })).rejects.toThrow(
      /no address of this machine/,
    );
    await expect(openServer(tmpdir())).rejects.toThrow(/no manifest.json/);
  });
});

describe("too much at once", () => {
  it("is refused: bodies beyond the bound, said or not", async () => {
    const body = "x".repeat(200_001);
    const type = { "Content-Type": "application/json" };
    for (const headers of [type, { ...type, "Transfer-Encoding": "chunked" }]) {
      const { status, text } = await send(url, "/api/predict", { method: "POST", headers, body });
      expect(status).toBe(413);
      expect(errorOf(text)).toMatchObject({
        kind: "too-large",
        message: expect.stringMatching(/at most 200000 bytes/),
      });
    }
  });
  it("does not hold places: a body that never comes is given up after the time of a request", async () => {
    const { port, hostname } = new URL(url);
    const sockets = Array.from({ length: 6 }, () => connect(Number(port), hostname));
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.resume();
      socket.write(
        `POST /api/predict HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      );
    }
    await wait(150);
    const ask = () => post(url, "/api/predict", { model: "both", sentences: ["a dog"] });
    expect((await ask()).status).toBe(503);
    const closed = sockets.map((socket) => new Promise((resolve) => socket.on("close", resolve)));
    await Promise.all(closed);
    expect((await ask()).status).toBe(200);
  });
  it.each([[60], ...(slow ? [[1000]] : [])])(
    "%i parallel requests, broken ones among them: all are answered, nothing is kept",
    async (count) => {
      const bodies = [
        '{"model":"both","sentences":["a dog"]}',
        "{",
        '{"model":"none","sentences":["a"]}',
        "x".repeat(1e5),
      ];
      const round = async () => {
        const answers = await Promise.all(
          Array.from({ length: count }, (_, k) => post(url, "/api/predict", bodies[k % 4] as string)),
        );
        const seen = new Set(answers.map(({ status }) => status));
        for (const status of seen) expect([200, 400, 422, 503]).toContain(status);
        for (const { status, headers } of answers)
          if (status === 503) expect(headers["retry-after"]).toBe("1");
        return answers.filter(({ status }) => status === 200).length;
      };
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const measure = async () => {
        for (let k = 0; k < 40 && connections() > 0; k++) await wait(25);
        collect();
        return { heap: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
      };
      const connections = () =>
        process.getActiveResourcesInfo().filter((one) => /TCPSocket/.test(one)).length;
      expect(await round()).toBeGreaterThan(0);
      const before = await measure();
      for (let k = 0; k < 3; k++) await round();
      const after = await measure();
      expect(after.handles).toBeLessThanOrEqual(before.handles);
      expect(after.heap - before.heap).toBeLessThan(3e6);
      expect((await post(url, "/api/predict", bodies[0] as string)).status).toBe(200);
    },
  );
  it("leaves the event loop free: a small request is answered while a large prediction is made", async () => {
    const many = post(url, "/api/predict", {
      model: "both",
      sentences: Array(256).fill("the dog sees the cat in the kitchen."),
    });
    let longest = 0;
    let running = true;
    void many.finally(() => {
      running = false;
    });
    while (running) {
      const start = performance.now();
      await wait(1);
      longest = Math.max(longest, performance.now() - start);
    }
    expect((await many).status).toBe(200);
    expect(longest).toBeLessThan(250); // a busy machine; the prediction is not in this thread
  });
});

describe("a damaged brain", () => {
  it.runIf(slow)("is the server's fault, not that of the one who asks", async () => {
    const other = mkdtempSync(join(tmpdir(), "damaged-"));
    cpSync(folder, other, { recursive: true });
    const arrays = join(other, "brain/arrays");
    for (const name of readdirSync(arrays).filter((one) => /weights/.test(one)))
      writeFileSync(join(arrays, name), Uint8Array.of(1));
    const seen: string[] = [];
    const damaged = await openServer(other, { port: 0, workers, onBug: (stack) => seen.push(stack) });
    const { status, text } = await post(damaged.url, "/api/predict", { model: "both", sentences: ["a dog"] });
    expect(status).toBe(500);
    expect(errorOf(text)).toMatchObject({
      kind: "backend",
      message: expect.stringMatching(/must have \d+ bytes/),
    });
    expect(seen).toHaveLength(1);
    await damaged.close();
    rmSync(other, { recursive: true });
  });
});
