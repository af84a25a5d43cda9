/** Rows that other rows lead to: they come whole, and are shown by their names. */

import { isObject, type Json } from "@/domain/json";
import { nameOf } from "@/domain/names";
import type { Row } from "@/domain/rows";

/** By column, and then by key as text. */
export type RelatedNames = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Put keys back in the place of rows that came whole, and keep what those are called. */
export function withKeys(
  rows: readonly Row[],
  columns: readonly string[],
): { rows: Row[]; related: RelatedNames } {
  const related = new Map(columns.map((column) => [column, new Map<string, string>()]));
  const keyed = rows.map((row) => {
    const keys = columns
      .filter((column) => column in row)
      .map((column) => [column, keysIn(row[column] ?? null, related.get(column))] as const);
    return { ...row, ...Object.fromEntries(keys) };
  });
  return { rows: keyed, related };
}

function keysIn(value: Json, names: Map<string, string> | undefined): Json {
  if (Array.isArray(value)) return value.map((each) => keysIn(each, names));
  if (!isObject(value)) return value;
  const key = value["id"] ?? Object.values(value)[0];
  if (typeof key !== "string" && typeof key !== "number") return value;
  names?.set(String(key), nameOf(value, key));
  return key;
}

/** What stands in a cell: the names of what it leads to, or the keys of those that have none. */
export function relatedIn(
  value: Json | undefined,
  names: ReadonlyMap<string, string> | undefined,
): { key: string; text: string }[] {
  return (Array.isArray(value) ? value : [value])
    .filter((each) => typeof each === "string" || typeof each === "number")
    .map((each) => ({ key: String(each), text: names?.get(String(each)) ?? String(each) }));
}
