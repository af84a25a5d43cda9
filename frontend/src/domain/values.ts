/** Values of rows: from the wire into an input, and back. */

import type { Json } from "@/domain/json";
import type { Column } from "@/domain/rows";

/** A value as it stands in a single line of text. */
export function inputText(column: Column, value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (column.kind === "moment" && typeof value === "string") return localMoment(value);
  if (column.kind === "json") return JSON.stringify(value, null, 2);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * Read what stands in an input. Empty is null where the column may hold it, else the empty text.
 * What cannot be read goes to the server as text, which says what is wrong with it.
 */
export function valueIn(column: Column, text: string): Json {
  if (text === "" && column.kind !== "long" && column.kind !== "text") return null;
  if (text === "") return column.nullable ? null : "";
  switch (column.kind) {
    case "integer":
    case "number":
      return isPlainNumber(text) ? Number(text) : text;
    case "moment":
      return new Date(text).toString() === "Invalid Date" ? text : new Date(text).toISOString();
    case "json":
      return jsonOr(text);
    case "relation":
      return /^\d+$/.test(text) && isPlainNumber(text) ? Number(text) : text;
    default:
      return text;
  }
}

/** Whether it is a number that JavaScript does not round. */
function isPlainNumber(text: string): boolean {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function localMoment(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
