/** Constants as people write them into a single line. */

import type { FieldType } from "@/domain/fieldTypes";
import { type Json } from "@/domain/json";

/** A constant as it stands in the input. */
export function shownConstant(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Read a constant of this type; undefined for an empty input. What cannot be read is returned as text:
 * the server says what is wrong with it.
 */
export function constantIn(text: string, type: FieldType): Json | undefined {
  if (text === "") return undefined;
  if (type.generators.includes(text)) return text;
  const types = type.valueTypes;
  const isText = types.includes("string");
  if (isText && !types.some((each) => each === "object" || each === "array")) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
