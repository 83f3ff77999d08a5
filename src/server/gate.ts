import { ServerError } from "./server-error.ts";

/** A bounded number of places. Those who come when all are taken are sent away instead of kept waiting: memory stays bounded. */
export interface Gate {
  /** Take a place.
   * @returns gives it back; more than one call is harmless.
   * @throws ServerError 503 if none is free. */
  enter(): () => void;
  /** Places that are taken now. */
  readonly taken: number;
}

/** A gate of `places`; `what` is the thing of which there are too many, for the message. */
export function createGate(places: number, what: string): Gate {
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    enter() {
      if (taken >= places)
        throw new ServerError(
          503,
          "busy",
          `There are ${places} ${what} under way, which is all this server takes.`,
          "Try again after the seconds of the Retry-After header.",
        );
      taken++;
      let left = false;
      return () => {
        if (!left) taken--;
        left = true;
      };
    },
  };
}
