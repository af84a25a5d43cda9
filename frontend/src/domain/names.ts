/** What to call a row: by the first text that stands in it, and its key. */

import type { Row } from "@/domain/rows";

const LONGEST = 60;

export function nameOf(row: Row, key: string | number): string {
  const text = Object.values(row).find(
    (each) => typeof each === "string" && each !== "" && each !== key,
  );
  return typeof text === "string" ? `${text.slice(0, LONGEST)} · ${key}` : String(key);
}
