/** Names that may have been meant, nearest first and, among equals, those that begin alike: few letters differ, whatever their case, or one
 * contains the other.
 * @param count at most this many.
 * @source Levenshtein 1966 (insertions, deletions and replacements count 1 each). */
export function nearNames(word: string, names: readonly string[], count = 3): string[] {
  const wanted = word.toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 3));
  return names
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || sharedStart(b.name, word) - sharedStart(a.name, word))
    .slice(0, count)
    .map(({ name }) => name);
}

/** How many first letters two words share. */
function sharedStart(a: string, b: string): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}

/** Steps from one word to another; a word inside another counts half a step a letter that is missing, at most 2. */
function distanceOf(a: string, b: string): number {
  if (a.length >= 3 && b.includes(a)) return Math.min(2, (b.length - a.length) / 2);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] as number;
}
