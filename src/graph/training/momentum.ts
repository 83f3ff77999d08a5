import { checkNumber, EncodingError } from "../../core/index.ts";
import { add, mul } from "../operators/binary.ts";
import { concat, slice } from "../operators/layout.ts";
import { stopGradient } from "../operators/unary.ts";
import { refuse, type Value } from "../value.ts";

/** Exponential moving average of a weight: momentum · old + (1 − momentum) · new, as the momentum towers of MoCo follow the trained
 * ones. No gradient flows through it. @param momentum within [0, 1]. @source He 2020. */
export function follow(old: Value, now: Value, momentum: number): Value {
  checkNumber("follow", "momentum", momentum, { min: 0, max: 1 });
  return stopGradient(add(mul(old, momentum), mul(now, 1 - momentum)));
}

/** A queue after new rows have come in at its front and as many of the oldest have left at its end.
 * The order of a queue's rows does not matter to a contrastive loss, so that this equals MoCo's ring buffer without its pointer.
 * @param queue (length, d). @param rows (batch, d). */
export function pushQueue(queue: Value, rows: Value): Value {
  const [length, batch] = [queue.shape[0], rows.shape[0]];
  if (typeof length !== "number" || typeof batch !== "number" || queue.shape.length !== rows.shape.length)
    refuse("pushQueue", "queue (length, d) and rows (batch, d) must have known sizes", [queue, rows]);
  const [size, fresh] = [Number(length), Number(batch)];
  if (fresh > size)
    throw new EncodingError(
      "shape",
      `pushQueue: a batch must fit into the queue; got ${fresh} rows for a queue of ${size}.`,
    );
  return fresh === size ? rows : concat([rows, slice(queue, 0, 0, size - fresh)], 0);
}
