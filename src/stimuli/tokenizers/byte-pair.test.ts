import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { bytePairFile, createTokenizer, readTokenizer } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-byte-pair-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Byte-level alphabet of GPT-2: how the bytes of a text are written. */
function byteLetters(): string[] {
  const plain = [...Array(256).keys()].filter((b) => (b > 32 && b < 127) || (b > 160 && b !== 173));
  const others = [...Array(256).keys()].filter((b) => !plain.includes(b));
  const table: string[] = [];
  for (const b of plain) table[b] = String.fromCharCode(b);
  others.forEach((b, k) => {
    table[b] = String.fromCharCode(256 + k);
  });
  return table;
}

describe("byte-level BPE", () => {
  const alphabet = byteLetters();
  const merges = ["l o", "lo w", "e r", "Ġ low", "Ġ n", "w er", "Ġn e"];
  const vocabulary = (more: readonly string[]) =>
    Object.fromEntries(
      [...alphabet, ...merges.map((m) => m.replace(" ", "")), ...more].map((piece, id) => [piece, id]),
    );
  const gpt2 = createTokenizer(bytePairFile(vocabulary(["<|endoftext|>"]), merges, "gpt2"));
  const roberta = createTokenizer(
    bytePairFile(vocabulary(["<s>", "<pad>", "</s>", "<unk>", "<mask>"]), merges, "roberta"),
  );

  it("joins pieces in the order of the merges, by hand", () => {
    expect(gpt2.split("low lower newer lo's")).toEqual([
      "low",
      "Ġlow",
      "er",
      "Ġne",
      "wer",
      "Ġ",
      "lo",
      "'",
      "s",
    ]);
    expect(gpt2.split("  low")).toEqual(["Ġ", "Ġlow"]);
    expect(gpt2.split("é")).toEqual(["Ã", "©"]);
  });

  it("puts around the text what its family wants", () => {
    expect(gpt2.encode("low")).toEqual([257]);
    expect(roberta.encode("low")).toEqual([263, 257, 265]);
    expect(gpt2.pad).toBe(263);
    expect(roberta.pad).toBe(264);
  });

  it("loses nothing: the bytes of the pieces are those of the text", () => {
    const byteOf = new Map(alphabet.map((letter, byte) => [letter, byte]));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
        const bytes = [...gpt2.split(text).join("")].map((letter) => byteOf.get(letter));
        expect(bytes).toEqual([...new TextEncoder().encode(text)]);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it("refuses merges and tokens that are not in the vocabulary", () => {
    expect(() => bytePairFile({ a: 0, b: 1, "<|endoftext|>": 2 }, ["a b"], "gpt2")).toThrow(
      'bytePairFile: merge 1, "a b", must be two pieces whose joint is in the vocabulary.',
    );
    expect(() => bytePairFile({ a: 0 }, [], "clip")).toThrow(
      'the vocabulary must have "<|startoftext|>" for style "clip"',
    );
  });
});

const clipMerges = new URL(
  "bpe_simple_vocab_16e6.txt.gz",
  `file://${process.env.SIMCORTEX_DATA ?? join(process.cwd(), "../shared/data")}/words/`,
);
const readClip = () => {
  try {
    return gunzipSync(readFileSync(clipMerges)).toString("utf8");
  } catch {
    return null;
  }
};

describe.skipIf(readClip() === null)("with CLIP's merges", () => {
  const merges = (readClip() ?? "").split("\n").slice(1, 49152 - 256 - 2 + 1);
  const plain = byteLetters();
  const order = [...plain.keys()].sort(
    (a, b) => Number((plain[a] as string) > "\u00ff") - Number((plain[b] as string) > "\u00ff") || a - b,
  );
  const alphabet = order.map((byte) => plain[byte] as string);
  const all = [
    ...alphabet,
    ...alphabet.map((x) => `${x}</w>`),
    ...merges.map((m) => m.replace(" ", "")),
    "<|startoftext|>",
    "<|endoftext|>",
  ];
  const ids = Object.fromEntries(all.map((piece, id) => [piece, id]));

  it("gives the published ids of openai/CLIP, from memory and from a folder", async () => {
    writeFileSync(join(folder, "vocab.json"), JSON.stringify(ids));
    writeFileSync(join(folder, "merges.txt"), `#version: 0.2\n${merges.join("\n")}\n`);
    for (const clip of [createTokenizer(bytePairFile(ids, merges, "clip")), await readTokenizer(folder)]) {
      expect(clip.vocabulary).toBe(49408);
      expect(clip.encode("a photo of a cat")).toEqual([49406, 320, 1125, 539, 320, 2368, 49407]);
      expect(clip.encode("Hello  World!")).toEqual([49406, 3306, 1002, 256, 49407]);
    }
  });
});
