/** Names of people and feature spaces as parts of file names: letters, digits, `.`, `-` and `_` only, never hidden, never two the same.
 * @param names any text, also with slashes or of other scripts.
 * @returns one part for each name, in order; names that would collide get `-2`, `-3` … */
export function toFileNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = clean(name);
    let part = base;
    for (let k = 2; taken.has(part.toLowerCase()); k++) part = `${base}-${k}`;
    taken.add(part.toLowerCase());
    return part;
  });
}

function clean(name: string): string {
  const plain = name
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[.-]+|[.-]+$/g, "");
  return [...plain].slice(0, 60).join("") || "unnamed";
}
