/** How films look along the time of a study, two signatures a second ({@link signFrame} of study/films). */
export interface FilmSigns {
  /** 128 bits a moment, as four numbers; all 0 where a frame is even. */
  readonly signs: Uint32Array;
  /** Row of the study in which each moment was on. */
  readonly rowOf: Int32Array;
  /** Moments of one showing of one film have one number, and follow each other. */
  readonly pieceOf: Int32Array;
}

/** Two rows in which films look alike. */
export interface FilmCopy {
  readonly row: number;
  readonly twin: number;
  /** Bits of 128 that differ, mean over the stretch. */
  readonly bits: number;
  /** Seconds of the stretch. */
  readonly seconds: number;
}

const words = 4;
/** Bits of 128 in which two signatures of one picture may differ. */
const nearBits = 16;
/** Moments that must agree, one after the other: 3 s. Single ones may differ, as at cuts. */
const fewestMoments = 6;
/** Bits by which frames of a stretch must differ, and how many such frames it must hold: one shot may look like another by chance. */
const otherBits = 32;
const fewestFrames = 3;
/** Moments of one film nearer than this are neighbours, not copies: 30 s. */
const nearby = 60;
const mostMoments = 20_000;

/** Where films look alike for 3 s and more, moment by moment: copies, cuts and other encodings of one film. A stretch must hold three frames that are
 * unlike each other: a copy in which nothing happens is not found.
 * @returns pairs of rows, the one that comes first as `row`; each pair with its longest stretch. */
export function findFilmCopies(films: FilmSigns): readonly FilmCopy[] {
  const known = made.get(films) ?? compareMoments(films);
  made.set(films, known);
  return known;
}

/** Found before: a multiverse asks for each of its universes. */
const made = new WeakMap<FilmSigns, readonly FilmCopy[]>();

function compareMoments(films: FilmSigns): FilmCopy[] {
  const { rowOf, pieceOf } = films;
  const step = Math.max(1, Math.ceil(rowOf.length / mostMoments)); // beyond 2¾ hours of film, moments further apart
  const kept = Int32Array.from(rowOf.keys()).filter((k) => k % step === 0);
  const found = new Map<string, FilmCopy>();
  for (let shift = 1; shift < kept.length; shift++)
    for (const stretch of alignedStretches(films, kept, shift)) {
      if (stretch.length < fewestMoments || !changes(films, stretch)) continue;
      const pairs = stretch.map((i) => [kept[i] as number, kept[i + shift] as number] as const);
      const bits = pairs.reduce((sum, [a, b]) => sum + countBits(films, a, b), 0) / pairs.length;
      const seconds = (pairs.length * step) / 2;
      for (const [a, b] of pairs) {
        const [row, twin] = [rowOf[a] as number, rowOf[b] as number];
        const key = `${row} ${twin}`;
        if (seconds > (found.get(key)?.seconds ?? 0)) found.set(key, { row, twin, bits, seconds });
      }
    }
  return [...found.values()];

  /** Places (of the earlier moments) of all stretches in which moments `shift` apart agree. */
  function* alignedStretches({ signs }: FilmSigns, places: Int32Array, shift: number): Generator<number[]> {
    let stretch: number[] = [];
    for (let i = 0; i + shift < places.length; i++) {
      const [a, b] = [places[i] as number, places[i + shift] as number];
      const last = stretch.at(-1);
      const gone =
        last !== undefined &&
        (i - last > 2 ||
          pieceOf[a] !== pieceOf[places[last] as number] ||
          pieceOf[b] !== pieceOf[places[last + shift] as number]);
      if (gone) {
        yield stretch;
        stretch = [];
      }
      if (pieceOf[a] === pieceOf[b] && b - a < nearby) continue;
      if (isEven(signs, a) || isEven(signs, b) || countBits(films, a, b) > nearBits) continue;
      stretch.push(i);
    }
    yield stretch;
  }

  /** Whether some frames of a stretch are unlike each other. */
  function changes(own: FilmSigns, stretch: readonly number[]): boolean {
    const known: number[] = [];
    for (const i of stretch) {
      const k = kept[i] as number;
      if (known.every((one) => countBits(own, one, k) > otherBits)) known.push(k);
      if (known.length === fewestFrames) return true;
    }
    return false;
  }
}

function isEven(signs: Uint32Array, k: number): boolean {
  for (let w = 0; w < words; w++) if (signs[words * k + w] !== 0) return false;
  return true;
}

/** Bits in which two moments differ. */
function countBits({ signs }: FilmSigns, a: number, b: number): number {
  let sum = 0;
  for (let w = 0; w < words; w++) {
    const word = (signs[words * a + w] as number) ^ (signs[words * b + w] as number);
    let bits = word - ((word >>> 1) & 0x55555555);
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    sum += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return sum;
}
