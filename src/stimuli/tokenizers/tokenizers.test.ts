import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  bytePairFile,
  createTokenizer,
  makeVocabulary,
  readTokenizer,
  splitWords,
  type Tokenizer,
  wordPieceFile,
} from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-tokenizer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// the vocabulary of google-research/bert, tokenization_test.py
const pieces = ["[UNK]", "[CLS]", "[SEP]", "want", "##want", "##ed", "wa", "un", "runn", "##ing", ","];
const small = createTokenizer(wordPieceFile(pieces));

/** A tokenizer that shows every letter that is left: words are cut into single letters. */
function letters(texts: readonly string[], lowercase: boolean): Tokenizer {
  const all = new Set(texts.flatMap((word) => [...word]));
  const vocabulary = ["[UNK]", "[CLS]", "[SEP]", ...[...all].flatMap((letter) => [letter, `##${letter}`])];
  return createTokenizer(wordPieceFile(vocabulary, { lowercase }));
}
const joined = (split: readonly string[]) =>
  split.reduce<string[]>((words, piece) => {
    if (piece.startsWith("##") && piece.length > 2) words.push(`${words.pop()}${piece.slice(2)}`);
    else words.push(piece);
    return words;
  }, []);

describe("WordPiece", () => {
  it("gives the published answers of BERT's own tests", () => {
    expect(small.split("UNwant\u00e9d,running")).toEqual(["un", "##want", "##ed", ",", "runn", "##ing"]);
    expect(small.encode("UNwant\u00e9d,running")).toEqual([1, 7, 4, 5, 10, 8, 9, 2]);
    expect(small.split("unwanted running")).toEqual(["un", "##want", "##ed", "runn", "##ing"]);
    expect(small.split("unwantedX running")).toEqual(["[UNK]", "runn", "##ing"]);
    expect(small.split("")).toEqual([]);
    const lower = letters(["hello!how are you?ah\u535a\u63a8zz"], true);
    expect(joined(lower.split(" \tHeLLo!how  \n Are yoU?  "))).toEqual([
      "hello",
      "!",
      "how",
      "are",
      "you",
      "?",
    ]);
    expect(joined(lower.split("H\u00e9llo"))).toEqual(["hello"]);
    expect(joined(lower.split("ah\u535a\u63a8zz"))).toEqual(["ah", "\u535a", "\u63a8", "zz"]);
    const kept = letters(["HeLLo!how Are yoU?"], false);
    expect(joined(kept.split(" \tHeLLo!how  \n Are yoU?  "))).toEqual([
      "HeLLo",
      "!",
      "how",
      "Are",
      "yoU",
      "?",
    ]);
  });

  it("sees the words that BERT's rules give in 400 strings of accents, controls, ideographs and marks", () => {
    type Case = Record<"lower" | "kept", string[]> & { text: string };
    const cases: Case[] = JSON.parse(readFileSync(new URL("fixtures/words.json", import.meta.url), "utf8"));
    const [lower, kept] = [
      letters(
        cases.flatMap((one) => one.lower),
        true,
      ),
      letters(
        cases.flatMap((one) => one.kept),
        false,
      ),
    ];
    const found = cases.map(({ text }) => ({
      text,
      lower: joined(lower.split(text)),
      kept: joined(kept.split(text)),
    }));
    expect(found).toEqual(cases);
  });

  it("takes words over 100 letters as unknown", () => {
    const tokenizer = createTokenizer(wordPieceFile(["[UNK]", "[CLS]", "[SEP]", "a", "##a"]));
    expect(tokenizer.split("a".repeat(100))).toHaveLength(100);
    expect(tokenizer.split(`${"a".repeat(101)} a`)).toEqual(["[UNK]", "a"]);
  });

  it("refuses a vocabulary without its special tokens, or with a piece twice", () => {
    expect(() => wordPieceFile(["[UNK]", "[CLS]", "a"])).toThrow(
      "the vocabulary must have [SEP]; it has 3 others",
    );
    expect(() => wordPieceFile([...pieces, "want"])).toThrow('wordPieceFile: "want" comes twice.');
  });
});

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

describe("createTokenizer", () => {
  it("pads and cuts a batch, keeps [CLS] and [SEP], and says what it cut", () => {
    const { tokens, mask, truncated } = small.encodeBatch(["want", "", "unwanted, running running"], 5);
    expect(tokens.shape).toEqual([3, 5]);
    expect([...tokens.data].map(Number)).toEqual([1, 3, 2, 0, 0, 1, 2, 0, 0, 0, 1, 7, 4, 5, 2]);
    expect([...mask.data]).toEqual([1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(truncated).toEqual([2]);
    expect(() => small.encodeBatch(["want"], 1)).toThrow(
      "encodeBatch: length must be a whole number in [2, Infinity]; got 1.",
    );
  });

  it("gives the same tokens in a batch as alone, where they fit", () => {
    const word = fc.constantFrom("want", "unwanted", "running", "wa", ",", "other");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 2, max: 40 }), (words, length) => {
        const alone = small.encode(words.join(" "));
        const { tokens, mask, truncated } = small.encodeBatch([words.join(" ")], length);
        const used = mask.data.reduce((a, b) => a + b, 0);
        expect(used).toBe(Math.min(alone.length, length));
        const kept = alone.length <= length ? alone : [...alone.slice(0, length - 1), 2];
        expect([...tokens.data].slice(0, used).map(Number)).toEqual(kept);
        expect(truncated.length).toBe(alone.length > length ? 1 : 0);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it("says which word each token is of; the tokens are those of the words joined", () => {
    const { ids, words } = small.encodeWords(["unwanted", ",", "want"]);
    expect(ids).toEqual(small.encode("unwanted , want"));
    expect(words).toEqual([-1, 0, 0, 0, 1, 2, -1]);
  });

  it("refuses what is no tokenizer.json", () => {
    expect(() => createTokenizer({ tokenizer: { model: {} } })).toThrow(
      "createTokenizer: the file is no tokenizer.json that is understood",
    );
    const { tokenizer } = wordPieceFile(pieces);
    expect(() => createTokenizer({ tokenizer: { ...tokenizer, normalizer: { type: "Odd" } } })).toThrow(
      "Unknown Normalizer type: Odd",
    );
  });
});

describe("readTokenizer", () => {
  it("reads tokenizer.json first, else vocab.txt, and heeds its configuration", async () => {
    const path = mkdtempSync(join(folder, "bert-"));
    await expect(readTokenizer(path)).rejects.toThrow(
      `${path} must have tokenizer.json, or vocab.txt, or vocab.json and merges.txt`,
    );
    writeFileSync(join(path, "vocab.txt"), `${[...pieces, "Want"].join("\r\n")}\n`);
    expect((await readTokenizer(path)).encode("Want")).toEqual([1, 3, 2]);
    writeFileSync(join(path, "tokenizer_config.json"), '{"do_lower_case": false, "pad_token": "[SEP]"}');
    const cased = await readTokenizer(path);
    expect([cased.encode("Want"), cased.pad, cased.vocabulary]).toEqual([[1, 11, 2], 2, 12]);
    const { tokenizer } = wordPieceFile(pieces);
    writeFileSync(join(path, "tokenizer.json"), JSON.stringify({ ...tokenizer, padding: { pad_id: 7 } }));
    expect((await readTokenizer(path)).pad).toBe(7);
    writeFileSync(join(path, "tokenizer.json"), "{");
    await expect(readTokenizer(path)).rejects.toThrow(`${join(path, "tokenizer.json")} is no JSON text.`);
  });
});

describe("makeVocabulary", () => {
  const captions = ["A small cat.", "a large café", "the cat's dog"];

  it("has the special tokens, the letters and the most frequent words, whatever the order of the texts", () => {
    const made = makeVocabulary(captions.flatMap(splitWords), 40);
    expect(made.slice(0, 5)).toEqual(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
    expect(made.slice(-5)).toEqual(["cat", "cafe", "dog", "large", "small"]);
    expect(makeVocabulary([...captions].reverse().flatMap(splitWords), 40)).toEqual(made);
    const tokenizer = createTokenizer(wordPieceFile(made));
    expect(tokenizer.split("The CAT's café, act")).toEqual([
      "t",
      "##h",
      "##e",
      "cat",
      "'",
      "s",
      "cafe",
      "[UNK]",
      "a",
      "##c",
      "##t",
    ]);
    expect(() => makeVocabulary(captions.flatMap(splitWords), 10)).toThrow(
      "makeVocabulary: size must be at least",
    );
  });

  it("splits texts into the words that BERT's rules give", () => {
    expect(splitWords(" \tHeLLo!how  \n Are yoU?  H\u00e9llo")).toEqual([
      "hello",
      "!",
      "how",
      "are",
      "you",
      "?",
      "hello",
    ]);
  });
});
