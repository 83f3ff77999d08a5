/** A share in whole percent; small ones with a decimal. */
export function percent(part: number, whole: number): string {
  const value = (100 * part) / Math.max(1, whole);
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}
