/** What went wrong, coarsely, so that a program can react:
 * "shape" sizes do not fit · "range" an index or number lies outside · "option" an option is not allowed ·
 * "value" the numbers themselves (NaN, constant) · "format" a file is damaged or not what it claims ·
 * "file" a file cannot be read or written · "settings" a study file is wrong · "numeric" a decomposition failed ·
 * "memory" the machine has too little memory · "design" the study's splits or tests are not allowed · "backend" a library is missing or failed ·
 * "cancelled" the user stopped the work. */
export type ErrorKind =
  | "shape"
  | "range"
  | "option"
  | "value"
  | "format"
  | "file"
  | "settings"
  | "numeric"
  | "memory"
  | "design"
  | "backend"
  | "cancelled";

/** The one error class of simcortex. The message says: function, rule, what came, and a hint. */
export class EncodingError extends Error {
  /** See {@link ErrorKind}. */
  readonly kind: ErrorKind;
  /** Numbers and names of the case, for programs. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    kind: ErrorKind,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EncodingError";
    this.kind = kind;
    this.details = details;
  }
}

/** Whether `error` is ours, and of `kind` if one is given. Works across worker borders and copies of the package. */
export function isEncodingError(error: unknown, kind?: ErrorKind): error is EncodingError {
  if (!(error instanceof Error) || error.name !== "EncodingError" || !("kind" in error)) return false;
  return kind === undefined || error.kind === kind;
}
