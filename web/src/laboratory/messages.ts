import type { Prediction, Sense } from "../../../src/simulator/page.ts";
import type { Picture } from "../../../src/stimuli/render.ts";

/** What the page asks its worker. */
export type Request =
  | { readonly kind: "open"; readonly base: string; readonly engine: "auto" | "wasm" }
  | { readonly kind: "load"; readonly model: string }
  | { readonly kind: "decode"; readonly file: Blob; readonly name: string }
  | {
      readonly kind: "predict";
      readonly model: string;
      readonly person: string;
      readonly sense: Sense;
      readonly pictures?: readonly Picture[];
      readonly sentences?: readonly string[];
    };

/** What comes back; `id` is that of the request. */
export type Answer =
  | { readonly id: number; readonly kind: "opened"; readonly engine: string }
  | { readonly id: number; readonly kind: "loaded"; readonly bytes: number }
  | { readonly id: number; readonly kind: "decoded"; readonly picture: Picture }
  | {
      readonly id: number;
      readonly kind: "predicted";
      readonly prediction: Prediction;
      readonly milliseconds: number;
    }
  | { readonly id: number; readonly kind: "failed"; readonly message: string };
