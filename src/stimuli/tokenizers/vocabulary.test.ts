import { describe, expect, it } from "vitest";
import { createTokenizer, makeVocabulary, splitWords, wordPieceFile } from "../index.ts";

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
