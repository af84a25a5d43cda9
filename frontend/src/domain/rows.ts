/** Rows of a live model, and what their columns are. */

import type { FieldDefinition } from "@/domain/definition";
import type { FieldType, FieldTypes } from "@/domain/fieldTypes";
import type { Json, JsonObject } from "@/domain/json";
import { RESERVED } from "@/domain/reserved";

export type Row = JsonObject;

/** How a value is shown and edited. */
export type ColumnKind =
  | "text"
  | "long"
  | "integer"
  | "number"
  | "flag"
  | "date"
  | "moment"
  | "time"
  | "choice"
  | "relation"
  | "relations"
  | "json"
  | "fixed";

export interface Choice {
  readonly value: Json;
  readonly text: string;
}

export interface Column {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly help: string;
  readonly kind: ColumnKind;
  readonly type: string;
  readonly nullable: boolean;
  /** Whether a row must give it. */
  readonly required: boolean;
  /** Whether people may set it. */
  readonly editable: boolean;
  readonly choices: readonly Choice[];
  /** The model that a relation leads to, if it is a dynamic one. */
  readonly target: string | null;
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  TextField: "long",
  FloatField: "number",
  DateField: "date",
  DateTimeField: "moment",
  TimeField: "time",
  BooleanField: "flag",
  JSONField: "json",
  BinaryField: "fixed",
  FileField: "fixed",
  ImageField: "fixed",
  FilePathField: "text",
  ForeignKey: "relation",
  OneToOneField: "relation",
  ManyToManyField: "relations",
};
const KEPT_BY_SERVER = new Set(RESERVED.map(({ name }) => name));

/** The columns of a model: its key first, then its fields in their order. */
export function columnsOf(
  fields: readonly FieldDefinition[],
  types: FieldTypes,
  model: string,
): Column[] {
  const columns = fields.map((field) => columnOf(field, types.get(field.type), model));
  return fields.some(({ options }) => options["primary_key"] === true)
    ? columns
    : [KEY, ...columns];
}

const KEY: Column = {
  name: "id",
  title: "id",
  help: "",
  kind: "fixed",
  type: "BigAutoField",
  nullable: false,
  required: false,
  editable: false,
  choices: [],
  target: null,
};

/** Whether the values of a column stand at the right, digit below digit. */
export function isNumeric({ kind, type }: Column): boolean {
  return kind === "integer" || kind === "number" || (kind === "text" && type === "DecimalField");
}

/** The column whose values name rows. */
export function keyOf(fields: readonly FieldDefinition[]): string {
  return fields.find(({ options }) => options["primary_key"] === true)?.name ?? KEY.name;
}

function columnOf(field: FieldDefinition, type: FieldType | undefined, model: string): Column {
  const { name, options } = field;
  const choices = choicesOf(options["choices"]);
  const kind = choices.length ? "choice" : kindOf(field, type);
  const automatic = options["auto_now"] === true || options["auto_now_add"] === true;
  const nullable = options["null"] === true;
  const optional = nullable || options["blank"] === true || "default" in options;
  const to = typeof options["to"] === "string" ? options["to"] : null;
  const editable =
    kind !== "fixed" && !automatic && !KEPT_BY_SERVER.has(name) && options["editable"] !== false;
  return {
    name,
    title: typeof options["verbose_name"] === "string" ? options["verbose_name"] : name,
    help: typeof options["help_text"] === "string" ? options["help_text"] : "",
    kind,
    type: field.type,
    nullable,
    required: editable && !optional && kind !== "flag",
    editable,
    choices,
    target: to === "self" ? model : to && !to.includes(".") && to !== "AUTH_USER_MODEL" ? to : null,
  };
}

function kindOf(field: FieldDefinition, type: FieldType | undefined): ColumnKind {
  const known = KINDS[field.type];
  if (known) return known;
  if (field.type.endsWith("AutoField")) return "fixed";
  return type?.valueTypes.includes("integer") && !type.valueTypes.includes("string")
    ? "integer"
    : "text";
}

function choicesOf(value: Json | undefined): Choice[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) =>
    Array.isArray(each) ? [{ value: each[0] ?? null, text: String(each[1] ?? each[0]) }] : [],
  );
}

/** Comparisons that a column can be filtered by, the likeliest first. */
export function comparisonsOf(column: Column): readonly string[] {
  switch (column.kind) {
    case "text":
    case "long":
    case "fixed":
      return column.type === "UUIDField" ? ["exact", "in"] : ["icontains", "exact", "startswith"];
    case "integer":
    case "number":
    case "date":
    case "moment":
    case "time":
      return ["exact", "gte", "lte", "gt", "lt"];
    case "json":
      return ["has_key"];
    default:
      return ["exact"];
  }
}

/** One condition of a list, as it stands in the address. */
export interface Filter {
  readonly column: string;
  readonly comparison: string;
  readonly value: string;
}

/** What is shown of a list. */
export interface RowQuery {
  readonly page: number;
  readonly pageSize: number;
  /** A column; behind a minus the other way round. Empty: by the key. */
  readonly ordering: string;
  readonly search: string;
  readonly deleted: "" | "with" | "only";
  readonly project: string;
  readonly filters: readonly Filter[];
}

/** The next order when the head of a column is clicked: up, down, none. */
export function nextOrdering(ordering: string, column: string): string {
  if (ordering === column) return `-${column}`;
  return ordering === `-${column}` ? "" : column;
}
