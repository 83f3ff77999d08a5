import { isEncodingError } from "../core/index.ts";

/** An error that only a server has: its status and what to do next. */
export class ServerError extends Error {
  readonly status: number;
  readonly kind: string;
  readonly hint: string;
  constructor(status: number, kind: string, message: string, hint: string) {
    super(message);
    this.name = "ServerError";
    this.status = status;
    this.kind = kind;
    this.hint = hint;
  }
}

/** An error as it goes over the line. */
export interface ToldError {
  readonly status: number;
  readonly error: { readonly kind: string; readonly message: string; readonly hint: string };
}

/** Status and JSON of anything that was thrown. What is no error of ours is a bug: its message stays here. */
export function tellServerError(error: unknown): ToldError {
  if (error instanceof ServerError) {
    const { status, kind, message, hint } = error;
    return { status, error: { kind, message: oneLine(message), hint } };
  }
  if (!isEncodingError(error))
    return {
      status: 500,
      error: {
        kind: "bug",
        message: "simcortex serve: something went wrong that is not your request's fault.",
        hint: "The terminal of the server shows what; please report it.",
      },
    };
  const [status, hint] = known[error.kind] ?? [500, "The terminal of the server shows more."];
  return { status, error: { kind: error.kind, message: oneLine(error.message), hint } };
}

const known: Readonly<Record<string, readonly [status: number, hint: string]>> = {
  option: [422, "GET /api/brain lists models and people, GET /api/regions the regions."],
  shape: [422, "/openapi.json says what is taken."],
  range: [422, "/openapi.json says what is taken."],
  value: [422, "Mend the stimulus that the message names."],
  settings: [400, "/openapi.json says what is taken."],
  format: [400, "Send a whole file of a known picture format, or other JSON."],
  design: [422, "/openapi.json says what is taken."],
  cancelled: [409, "Start it again."],
};

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}
