import { EncodingError } from "../../core/index.ts";
import type { TokenizerFile } from "./tokenizer.ts";
import { plainToken } from "./wordpiece.ts";

/** How a family of models uses byte-level BPE: gpt2: nothing around the text; roberta: `<s>` and `</s>`; clip: small letters, pieces end
 * with `</w>`, `<|startoftext|>` and `<|endoftext|>`. */
export type BytePairStyle = "gpt2" | "roberta" | "clip";

/** Byte-level BPE of GPT-2, RoBERTa or CLIP: bytes are written as letters, and neighbouring pieces are joined in the order of the merges.
 * @param vocabulary ids by piece, as `vocab.json`.
 * @param merges pairs in their order, as the lines of `merges.txt` without its first.
 * @throws EncodingError "format" if a token that the style wants is not in the vocabulary, or a merge is no pair of its pieces.
 * @source Sennrich 2016, Radford 2019; Liu 2019; Radford 2021 (released code). */
export function bytePairFile(
  vocabulary: Readonly<Record<string, number>>,
  merges: readonly string[],
  style: BytePairStyle,
): TokenizerFile {
  checkMerges(vocabulary, merges);
  const id = (token: string) => {
    const found = Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined;
    if (found === undefined)
      throw new EncodingError(
        "format",
        `bytePairFile: the vocabulary must have ${JSON.stringify(token)} for style "${style}".`,
      );
    return found;
  };
  const { normalizer, split, around, special, model } = styles[style];
  const added = special.map((content) => ({
    id: id(content),
    content,
    ...plainToken,
    lstrip: content === "<mask>",
  }));
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  return {
    tokenizer: {
      version: "1.0",
      added_tokens: added,
      normalizer,
      pre_tokenizer: split ? { type: "Sequence", pretokenizers: [split, bytes] } : bytes,
      post_processor: around
        ? {
            type: "RobertaProcessing",
            cls: [around[0], id(around[0])],
            sep: [around[1], id(around[1])],
            trim_offsets: true,
            add_prefix_space: false,
          }
        : bytes,
      decoder: { type: "ByteLevel" },
      model: { type: "BPE", ...model, vocab: vocabulary, merges },
    },
  };
}

interface Style {
  readonly normalizer: object | null;
  readonly split: object | null;
  readonly around: readonly [string, string] | null;
  readonly special: readonly string[];
  readonly model: object;
}

const styles: Readonly<Record<BytePairStyle, Style>> = {
  gpt2: {
    normalizer: null,
    split: null,
    around: null,
    special: ["<|endoftext|>"],
    model: { unk_token: null },
  },
  roberta: {
    normalizer: null,
    split: null,
    around: ["<s>", "</s>"],
    special: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
    model: { unk_token: null },
  },
  clip: {
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    split: {
      type: "Split",
      pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
      behavior: "Removed",
      invert: true,
    },
    around: ["<|startoftext|>", "<|endoftext|>"],
    special: ["<|startoftext|>", "<|endoftext|>"],
    model: { unk_token: "<|endoftext|>", end_of_word_suffix: "</w>" },
  },
};

function checkMerges(vocabulary: Readonly<Record<string, number>>, merges: readonly string[]): void {
  const bad = merges.findIndex((merge) => {
    const [left, right, more] = merge.split(" ");
    return !left || !right || more !== undefined || !Object.hasOwn(vocabulary, left + right);
  });
  if (bad >= 0)
    throw new EncodingError(
      "format",
      `bytePairFile: merge ${bad + 1}, ${JSON.stringify(merges[bad])}, must be two pieces whose joint is in the vocabulary.`,
    );
}
