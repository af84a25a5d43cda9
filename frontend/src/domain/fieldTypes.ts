/** The table of field types: what every form for a field is generated from. */

import type { Json, JsonObject } from "@/domain/json";

export type ValueType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

export interface FieldOption {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly types: readonly ValueType[];
  readonly required: boolean;
  /** What holds where the option is absent. */
  readonly default: Json;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly maxLength: number | null;
  /** The only values; empty: any will do. */
  readonly allowed: readonly Json[];
}

export interface FieldType {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly group: string;
  readonly groupLabel: string;
  readonly relation: boolean;
  /** Names that `default` may give instead of a constant. */
  readonly generators: readonly string[];
  /** JSON types of a value; empty where a row holds no single value. */
  readonly valueTypes: readonly ValueType[];
  /** "date-time", "uuid", … where a string has a form. */
  readonly format: string | null;
  readonly example: Json;
  readonly options: readonly FieldOption[];
}

export type FieldTypes = ReadonlyMap<string, FieldType>;

/** Where people begin with options that have no default, so that a new field is valid at once. */
const BEGINNINGS: JsonObject = {
  max_length: 100,
  max_digits: 12,
  decimal_places: 2,
  on_delete: "PROTECT",
};

/** The options that a field of this type needs and does not have, with where to begin. */
export function beginnings(type: FieldType, given: JsonObject): JsonObject {
  const missing = type.options.filter(({ name, required }) => required && !(name in given));
  return Object.fromEntries(
    missing
      .filter(({ name }) => name in BEGINNINGS)
      .map(({ name }) => [name, BEGINNINGS[name] ?? null]),
  );
}

/** Of the options of a field, those that another type has too. */
export function keptOptions(type: FieldType, options: JsonObject): JsonObject {
  const known = new Set(type.options.map(({ name }) => name));
  return Object.fromEntries(Object.entries(options).filter(([name]) => known.has(name)));
}
