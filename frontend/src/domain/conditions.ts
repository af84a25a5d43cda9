/** Conditions of checks, unique constraints and indexes: data, never code. */

import { constantIn } from "@/domain/constants";
import type { FieldType } from "@/domain/fieldTypes";
import { isObject, type Json, type JsonObject, textAt } from "@/domain/json";

export const LOOKUPS = [
  "exact",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "range",
  "isnull",
  "startswith",
  "endswith",
  "contains",
] as const;

const SIMPLE: readonly string[] = ["field", "lookup", "value", "other_field"];

/** A comparison of one field; what combines several is none. */
export function isComparison(value: Json | undefined): value is JsonObject {
  return (
    isObject(value) &&
    textAt(value, "field") !== null &&
    Object.keys(value).every((key) => SIMPLE.includes(key))
  );
}

export function newComparison(field: string): JsonObject {
  return { field, lookup: "gte", value: 0 };
}

/** Read what was typed as the value of a comparison. */
export function comparedValueIn(text: string, lookup: string, type: FieldType | null): Json {
  const one = (each: string): Json => (type ? (constantIn(each, type) ?? "") : each);
  if (lookup === "isnull") return text !== "false";
  if (lookup === "in" || lookup === "range") return text.split(",").map((each) => one(each.trim()));
  return one(text);
}

export function shownCompared(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(shownCompared).join(", ");
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
