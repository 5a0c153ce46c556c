/** The median with its surroundings: what one number of a noisy machine cannot say. */

/** { min, median, max } of what was measured; undefined when something, or everything, was not. */
export function spread(numbers) {
  if (numbers.length === 0 || !numbers.every(Number.isFinite)) return undefined;
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { min: sorted[0], median, max: sorted.at(-1) };
}
