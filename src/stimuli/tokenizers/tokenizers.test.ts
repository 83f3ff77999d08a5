import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createTokenizer, readTokenizer, type Tokenizer, wordPieceFile } from "../index.ts";

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
