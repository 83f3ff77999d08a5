import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/index.ts";
import { brokenDesigns } from "./broken-designs.fixture.ts";
import { examineDesign } from "./examine.ts";
import { honestDesigns } from "./honest-designs.fixture.ts";
import type { SimulatedDesign } from "./simulated-designs.fixture.ts";

/** A small version of bench/guard.ts, whose table stands in docs/check.md. */
const each = process.env.SIMCORTEX_SLOW === undefined ? 1 : 10;

function found({ name, draw }: SimulatedDesign): string[][] {
  const random = createRandom(7).stream(name);
  return Array.from({ length: each }, (_, k) =>
    examineDesign(draw(random.stream(`${k}`)))
      .filter(({ findings }) => findings.length > 0)
      .map(({ rule }) => rule),
  );
}

describe("what the guard recognises by the numbers alone", () => {
  it.each(honestDesigns)("is not found in an honest design: $name", (design) => {
    expect(found(design).flat()).toEqual([]);
  });
  it.each(brokenDesigns)("is found where it was done, and nothing else: $name", (design) => {
    for (const rules of found(design)) expect(rules).toEqual([design.leak]);
  });
});
