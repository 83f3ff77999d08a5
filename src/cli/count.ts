import { availableParallelism } from "node:os";
import { EncodingError } from "../core/index.ts";

/** A whole number from the command line.
 * @throws EncodingError "option". */
export function checkCount(option: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  const whole = text.trim() !== "" && Number.isSafeInteger(value);
  if (whole && value >= min && value <= max) return value;
  const range = max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `≥ ${min}`;
  throw new EncodingError("option", `${option} must be a whole number ${range}; got "${text}".`);
}

/** The option --workers; undefined stays undefined. More than four a core (and sixteen) only take memory.
 * @throws EncodingError "option". */
export function checkWorkers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return checkCount("--workers", text, 1, Math.max(16, 4 * availableParallelism()));
}
