import { EncodingError } from "../../core/index.ts";
import type { TokenizerFile } from "./tokenizer.ts";

/** Options of {@link wordPieceFile}. */
export interface WordPieceOptions {
  /** Whether letters become small and lose their accents ("uncased" models), default true. */
  readonly lowercase?: boolean;
  /** Whether accents are taken off; as `lowercase` by default. */
  readonly stripAccents?: boolean;
}

/** BERT's tokenizer: control characters go, ideographs and punctuation stand alone, words are cut into the longest pieces that the
 * vocabulary has, from the left; pieces inside a word begin with "##"; words over 100 letters or without pieces are [UNK]; [CLS] before and
 * [SEP] after.
 * @param vocabulary pieces in the order of their ids, as the lines of `vocab.txt`.
 * @throws EncodingError "format" if [UNK], [CLS] or [SEP] is not among them, or a piece comes twice.
 * @source Devlin 2019 (released code). */
export function wordPieceFile(
  vocabulary: readonly string[],
  { lowercase = true, stripAccents }: WordPieceOptions = {},
): TokenizerFile {
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]));
  if (ids.size !== vocabulary.length)
    throw new EncodingError("format", `wordPieceFile: ${twice(vocabulary)} comes twice.`);
  for (const piece of ["[UNK]", "[CLS]", "[SEP]"])
    if (!ids.has(piece))
      throw new EncodingError(
        "format",
        `wordPieceFile: the vocabulary must have ${piece}; it has ${vocabulary.length} others.`,
      );
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].flatMap((content) => {
    const id = ids.get(content);
    return id === undefined ? [] : [{ id, content, ...plainToken }];
  });
  return {
    tokenizer: {
      version: "1.0",
      added_tokens: special,
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: stripAccents ?? null,
        lowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: aroundBoth(ids),
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(ids),
      },
    },
  };
}

/** How a special token is found in text. */
export const plainToken = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
} as const;

/** [CLS] A [SEP], and [CLS] A [SEP] B [SEP]. */
function aroundBoth(ids: ReadonlyMap<string, number>) {
  const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const single = [token("[CLS]", 0), text("A", 0), token("[SEP]", 0)];
  const entry = (id: string) => [id, { id, ids: [ids.get(id)], tokens: [id] }];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, text("B", 1), token("[SEP]", 1)],
    special_tokens: Object.fromEntries(["[CLS]", "[SEP]"].map(entry)),
  };
}

function twice(vocabulary: readonly string[]): string {
  return JSON.stringify(vocabulary.find((piece, id) => vocabulary.indexOf(piece) !== id));
}
