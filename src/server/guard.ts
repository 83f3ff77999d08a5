import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { ServerError } from "./server-error.ts";

/** Who may ask. */
export interface GuardOptions {
  /** Host headers that are this server, in lower case with port; null: any, where a token is asked for. */
  readonly hosts: ReadonlySet<string> | null;
  /** null: none is needed. */
  readonly token: string | null;
}

/** Keep others out: pages of other origins that a visitor's browser has open, names that were bound to this address (DNS rebinding), and,
 * where a token is set, all who do not have it. A token in the query (`?token=`) becomes a cookie, so that the page works. */
export function guard({ hosts, token }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const { headers } = c.req.raw;
    const host = (headers.get("host") ?? "").toLowerCase();
    if (hosts !== null && !hosts.has(host))
      throw new ServerError(
        421,
        "forbidden",
        `This server is not "${host.slice(0, 100)}".`,
        `Ask it by the address that it printed at its start: ${[...hosts][0]}.`,
      );
    const origin = headers.get("origin");
    const isForeign = origin !== null && origin !== `http://${host}` && origin !== `https://${host}`;
    const isAcross =
      headers.get("sec-fetch-site") === "cross-site" && headers.get("sec-fetch-mode") !== "navigate";
    if (isForeign || isAcross)
      throw new ServerError(
        403,
        "forbidden",
        "A page of another origin asked.",
        "Open the page of this server instead.",
      );
    if (token !== null) {
      const asked = c.req.query("token");
      const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
      if (![asked, bearer, getCookie(c, cookie)].some((one) => one !== undefined && same(one, token)))
        throw new ServerError(
          401,
          "forbidden",
          "The token is missing or wrong.",
          "Use the address that the server printed at its start, or the header Authorization: Bearer TOKEN.",
        );
      if (asked !== undefined) setCookie(c, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/" });
    }
    await next();
    for (const [name, value] of Object.entries(safety)) c.header(name, value);
  };
}

const cookie = "simcortex";

/** Headers of every answer. The page loads nothing from elsewhere and is shown in no frame; its engine compiles WebAssembly. */
export const safety: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
};

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
