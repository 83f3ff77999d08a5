import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { type OpenServer, openServer } from "./open-server.ts";
import { errorOf, post, send, slow, workers } from "./server.fixture.ts";

/** The server that the cases ask: there once the tests run. */
export interface ServerBench {
  readonly folder: string;
  readonly url: string;
  readonly server: OpenServer;
  picture(): Buffer;
}

/** Files, who may ask, and what is too much. */
export function boundsCases(bench: ServerBench): void {
  describe("files", () => {
    it("of the brain come with type, length and a tag that saves the second time", async () => {
      const answer = await send(bench.url, "/brain/library/p0.png");
      expect(answer.headers).toMatchObject({
        "content-type": "image/png",
        "content-length": String(bench.picture().length),
      });
      const tag = { "If-None-Match": String(answer.headers.etag) };
      expect((await send(bench.url, "/brain/library/p0.png", { headers: tag })).status).toBe(304);
      expect(await send(bench.url, "/brain/manifest.json", { method: "HEAD" })).toMatchObject({
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
      const { status, text } = await send(bench.url, path);
      expect(status).toBe(404);
      expect(errorOf(text).kind).toBe("missing");
    });
    it("of a page that is not built are missing with the command that builds it", async () => {
      expect(bench.server.hasPage).toBe(false);
      expect(errorOf((await send(bench.url, "/")).text).hint).toMatch(/build:web/);
    });
  });

  describe("who may ask", () => {
    it("is told by Host and Origin: other names (DNS rebinding) and pages of other origins are refused", async () => {
      const { port } = new URL(bench.url);
      const ask = async (headers: Record<string, string>) =>
        (await send(bench.url, "/api/brain", { headers })).status;
      expect(await ask({ Host: `localhost:${port}` })).toBe(200);
      expect(await ask({ Host: `evil.example:${port}` })).toBe(421);
      expect(await ask({ Host: "127.0.0.1:1" })).toBe(421);
      expect(await ask({ Origin: "http://evil.example" })).toBe(403);
      expect(await ask({ Origin: "null" })).toBe(403);
      expect(await ask({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" })).toBe(403);
      expect(await ask({ Host: `localhost:${port}`, Origin: `http://localhost:${port}` })).toBe(200);
    });
    it("and by a token where one is asked for: in the header, in the address, then as a cookie", async () => {
      const guarded = await openServer(bench.folder, { port: 0, token: "a-token-of-16-ch" });
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
      const open = await openServer(bench.folder, { port: 0, host: "0.0.0.0" });
      expect(open).toMatchObject({ isLocal: false, url: expect.stringMatching(/\?token=[\w-]{32}$/) });
      await open.close();
      await expect(openServer(bench.folder, { port: 0, token: "short" })).rejects.toThrow(
        /at least 12 characters/,
      );
    });
    it("gets headers with every answer that keep the page to itself", async () => {
      for (const path of ["/api/brain", "/none", "/brain/manifest.json"])
        expect((await send(bench.url, path)).headers).toMatchObject({
          "x-content-type-options": "nosniff",
          "content-security-policy": expect.stringMatching(/default-src 'self'/),
        });
    });
  });

  describe("a port that is taken", () => {
    it("is one line that says what to do", async () => {
      const port = Number(new URL(bench.url).port);
      await expect(openServer(bench.folder, { port })).rejects.toThrow(
        /^serve: port \d+ of 127.0.0.1 is taken. Name another with --port/,
      );
      await expect(openServer(bench.folder, { port: 0, host: "192.0.2.1" })).rejects.toThrow(
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
        const { status, text } = await send(bench.url, "/api/predict", { method: "POST", headers, body });
        expect(status).toBe(413);
        expect(errorOf(text)).toMatchObject({
          kind: "too-large",
          message: expect.stringMatching(/at most 200000 bytes/),
        });
      }
    });
    it("does not hold places: a body that never comes is given up after the time of a request", async () => {
      const { port, hostname } = new URL(bench.url);
      const sockets = Array.from({ length: 6 }, () => connect(Number(port), hostname));
      for (const socket of sockets) {
        socket.on("error", () => {});
        socket.resume();
        socket.write(
          `POST /api/predict HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
        );
      }
      await wait(150);
      const ask = () => post(bench.url, "/api/predict", { model: "both", sentences: ["a dog"] });
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
            Array.from({ length: count }, (_, k) => post(bench.url, "/api/predict", bodies[k % 4] as string)),
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
        expect((await post(bench.url, "/api/predict", bodies[0] as string)).status).toBe(200);
      },
    );
    it("leaves the event loop free: a small request is answered while a large prediction is made", async () => {
      const many = post(bench.url, "/api/predict", {
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
      cpSync(bench.folder, other, { recursive: true });
      const arrays = join(other, "brain/arrays");
      for (const name of readdirSync(arrays).filter((one) => /weights/.test(one)))
        writeFileSync(join(arrays, name), Uint8Array.of(1));
      const seen: string[] = [];
      const damaged = await openServer(other, { port: 0, workers, onBug: (stack) => seen.push(stack) });
      const { status, text } = await post(damaged.url, "/api/predict", {
        model: "both",
        sentences: ["a dog"],
      });
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
}
