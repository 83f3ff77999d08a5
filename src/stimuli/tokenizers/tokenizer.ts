import * as library from "@huggingface/tokenizers";
import { checkNumber, EncodingError } from "../../core/index.ts";
import type { Tensor } from "../../graph/index.ts";

/** A tokenizer as Hugging Face's files describe it, parsed: `tokenizer.json` and, where there is one, `tokenizer_config.json`. */
export interface TokenizerFile {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Texts as token ids, for a tower or any text model. */
export interface TokenBatch {
  /** int64 (texts, length), padded at the end. */
  readonly tokens: Tensor & { readonly data: BigInt64Array };
  /** float32 (texts, length): 1 for tokens, 0 for padding. */
  readonly mask: Tensor & { readonly data: Float32Array };
  /** Texts that did not fit and were cut; [SEP] and the like are kept at their end. */
  readonly truncated: readonly number[];
}

/** Words of one text as tokens. */
export interface WordTokens {
  readonly ids: readonly number[];
  /** For each token the number of its word; −1 for [CLS], [SEP] and the like. */
  readonly words: readonly number[];
}

/** Turns text into the tokens that a model was trained on. */
export interface Tokenizer {
  /** Rows that a word embedding needs: one more than the largest id. */
  readonly vocabulary: number;
  /** Id of padding. */
  readonly pad: number;
  /** Ids of one text with what belongs around it, such as [CLS] and [SEP]. */
  encode(text: string): number[];
  /** Tokens of one text as they are written in the vocabulary, without [CLS] and [SEP]. */
  split(text: string): string[];
  /** Many texts, padded or cut to `length` tokens.
   * @throws EncodingError "option" if not even [CLS] and [SEP] fit. */
  encodeBatch(texts: readonly string[], length: number): TokenBatch;
  /** Words that follow each other, separated by spaces, with the word of each token: to average a word's tokens, or to place them in time. */
  encodeWords(words: readonly string[]): WordTokens;
  /** Id of a token, or undefined. */
  idOf(token: string): number | undefined;
}

/** What we use of the library. */
interface Engine {
  encode(text: string, options?: { add_special_tokens?: boolean }): { readonly ids: number[] };
  tokenize(text: string): string[];
  token_to_id(token: string): number | undefined;
  get_vocab(): Map<string, number>;
}

/** Make a tokenizer of a parsed `tokenizer.json`, as every fast tokenizer of Hugging Face has it (WordPiece, byte-level BPE, Unigram …).
 * {@link wordPieceFile} and {@link bytePairFile} make one of older files; {@link readTokenizer} reads a folder.
 * @throws EncodingError "format" if it is none, or asks for what is not known. */
export function createTokenizer({ tokenizer, config = {} }: TokenizerFile): Tokenizer {
  const engine = openEngine(tokenizer, config);
  const prepare = spacesIdeographs(tokenizer) ? spaceIdeographs : (text: string) => text;
  const body = (text: string) => engine.encode(prepare(text), { add_special_tokens: false }).ids;
  const encode = (text: string) => engine.encode(prepare(text)).ids;
  const vocabulary = 1 + [...engine.get_vocab().values()].reduce((a, b) => Math.max(a, b), -1);
  const pad = findPad(engine, tokenizer, config);
  const around = findAround(encode, body);
  return {
    vocabulary,
    pad,
    encode,
    split: (text) => engine.tokenize(prepare(text)),
    idOf: (token) => engine.token_to_id(token),
    encodeBatch(texts, length) {
      checkNumber("encodeBatch", "length", length, {
        min: around.before.length + around.after.length,
        whole: true,
      });
      const rows = texts.map((text) => cutTo(body(text), around, length));
      return {
        ...packRows(
          rows.map(({ ids }) => ids),
          length,
          pad,
        ),
        truncated: rows.flatMap(({ cut }, i) => (cut ? [i] : [])),
      };
    },
    encodeWords(words) {
      const parts = words.map((word, i) => body(i === 0 ? word : ` ${word}`));
      const inside = parts.flatMap((part, i) => part.map(() => i));
      return {
        ids: [...around.before, ...parts.flat(), ...around.after],
        words: [...around.before.map(() => -1), ...inside, ...around.after.map(() => -1)],
      };
    },
  };
}

function openEngine(tokenizer: object, config: object): Engine {
  try {
    return new library.Tokenizer(tokenizer, config) as unknown as Engine;
  } catch (cause) {
    throw new EncodingError(
      "format",
      `createTokenizer: the file is no tokenizer.json that is understood: ${(cause as Error).message}.`,
      {},
      cause,
    );
  }
}

/** Tokens that the model wants before and after every text. */
interface Around {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Found with a text that has tokens: what the whole encoding has more than the text itself. */
function findAround(encode: (text: string) => number[], body: (text: string) => number[]): Around {
  const [whole, inner] = [encode("a"), body("a")];
  const more = whole.length - inner.length;
  for (let at = 0; at <= more; at++)
    if (inner.every((id, k) => whole[at + k] === id))
      return { before: whole.slice(0, at), after: whole.slice(at + inner.length) };
  throw new EncodingError(
    "format",
    "createTokenizer: the post-processor changes the tokens of the text; this is not supported.",
  );
}

function cutTo(ids: readonly number[], { before, after }: Around, length: number) {
  const room = length - before.length - after.length;
  return { ids: [...before, ...ids.slice(0, room), ...after], cut: ids.length > room };
}

function packRows(
  rows: readonly (readonly number[])[],
  length: number,
  pad: number,
): Omit<TokenBatch, "truncated"> {
  const shape = [rows.length, length];
  const tokens = new BigInt64Array(rows.length * length).fill(BigInt(pad));
  const mask = new Float32Array(rows.length * length);
  rows.forEach((ids, i) => {
    tokens.set(ids.map(BigInt), i * length);
    mask.fill(1, i * length, i * length + ids.length);
  });
  return { tokens: { type: "int64", shape, data: tokens }, mask: { type: "float32", shape, data: mask } };
}

/** The file's own padding, else a token of a usual name, else 0: the mask hides it anyway. */
function findPad(
  engine: Engine,
  tokenizer: TokenizerFile["tokenizer"],
  config: Readonly<Record<string, unknown>>,
): number {
  const padding = tokenizer.padding as { pad_id?: unknown } | null | undefined;
  if (typeof padding?.pad_id === "number") return padding.pad_id;
  const named = config.pad_token as string | { content?: string } | null | undefined;
  const names = [typeof named === "string" ? named : named?.content, "[PAD]", "<pad>", "<|endoftext|>"];
  for (const name of names) {
    const id = name === undefined ? undefined : engine.token_to_id(name);
    if (id !== undefined) return id;
  }
  return 0;
}

/** Whether the tokenizer takes every ideograph as a word of its own, as BERT's. */
function spacesIdeographs({ normalizer }: TokenizerFile["tokenizer"]): boolean {
  const { type, handle_chinese_chars: handles } = (normalizer ?? {}) as Record<string, unknown>;
  return type === "BertNormalizer" && handles !== false;
}

/** Spaces around the ideographs beyond U+FFFF, which the library (0.2.0) overlooks. */
function spaceIdeographs(text: string): string {
  return text.replace(/[\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu, " $& ");
}
