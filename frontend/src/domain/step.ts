/**
 * What a form asks for: a step from what is there when it arrives. What is shown may be older: of two
 * changes in one turn of the page, the second would undo the first.
 */

export type Step<T> = (before: T) => T;

/** Put a value in the place of whatever is there. */
export function put<T>(value: T): () => T {
  return () => value;
}

/** Add to a list, and take from it, what somebody has who was shown one list and picked another. */
export function picked<T>(shown: readonly T[], next: readonly T[]): (before: readonly T[]) => T[] {
  const added = next.filter((each) => !shown.includes(each));
  const removed = shown.filter((each) => !next.includes(each));
  return (before) => [
    ...before.filter((each) => !removed.includes(each)),
    ...added.filter((each) => !before.includes(each)),
  ];
}
