import type { Random } from "../../core/index.ts";

/** Special tokens and size of a vocabulary, as masking needs them. */
export interface MaskVocabulary {
  readonly size: number;
  /** Numbers of tokens that are never hidden nor drawn: [PAD], [CLS], [SEP], [MASK] … */
  readonly special: ReadonlySet<number>;
  readonly mask: number;
}

/** Tokens with some hidden, and which ones. */
export interface MaskedWords {
  readonly tokens: BigInt64Array<ArrayBuffer>;
  /** 1 where a token is to be found out, 0 elsewhere. */
  readonly weights: Float32Array<ArrayBuffer>;
}

/** Hide words: each token that is not special is chosen with probability `share`, one at least; of those 80 % become [MASK], 10 % a
 * random token, 10 % stay.
 * @param tokens of one caption, padded. @source Devlin 2019, appendix C.2. */
export function maskWords(
  tokens: BigInt64Array,
  { size, special, mask }: MaskVocabulary,
  random: Random,
  share = 0.15,
): MaskedWords {
  const out = { tokens: BigInt64Array.from(tokens), weights: new Float32Array(tokens.length) };
  const able = Array.from(tokens.keys()).filter((at) => !special.has(Number(tokens[at])));
  if (able.length === 0) return out;
  const drawn = able.filter(() => random.uniform() < share);
  for (const at of drawn.length > 0 ? drawn : [random.pick(able)]) {
    out.weights[at] = 1;
    const fate = random.uniform();
    if (fate < 0.8) out.tokens[at] = BigInt(mask);
    else if (fate < 0.9) out.tokens[at] = BigInt(drawToken(size, special, random));
  }
  return out;
}

function drawToken(size: number, special: ReadonlySet<number>, random: Random): number {
  for (;;) {
    const token = random.integer(size);
    if (!special.has(token)) return token;
  }
}
