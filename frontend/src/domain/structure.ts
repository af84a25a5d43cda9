/**
 * What a model is beside its fields: options, table, unique sets, indexes, constraints, and what its rows
 * look like as JSON; all as it is posted.
 */

import type { FieldDefinition } from "@/domain/definition";
import { isObject, type Json, type JsonObject, listAt, same, textAt } from "@/domain/json";
import type { Step } from "@/domain/step";

/** What differs beside the fields; undefined: it is not there. */
export interface ModelChange {
  readonly key: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Set a key; nothing, or an empty list, takes it away. */
export function withKey(structure: JsonObject, key: string, value: Json | undefined): JsonObject {
  const rest = Object.fromEntries(Object.entries(structure).filter(([name]) => name !== key));
  const isEmpty =
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && !value.length) ||
    (isObject(value) && !Object.keys(value).length);
  return isEmpty ? rest : { ...rest, [key]: value };
}

/** Change one of the options. */
export function withOption(
  structure: JsonObject,
  name: string,
  step: Step<Json | undefined>,
): JsonObject {
  const options = optionsOf(structure);
  return withKey(structure, "options", withKey(options, name, step(options[name])));
}

/** Change the fields of an index or a constraint, which stand there also if there are none. */
export function withFieldsBy(step: (names: Json | undefined) => Json): Step<JsonObject> {
  return (item) => ({ ...item, fields: step(item["fields"]) });
}

export function optionsOf(structure: JsonObject): JsonObject {
  const { options } = structure;
  return isObject(options) ? options : {};
}

/** A key of what rows look like as JSON; without a name it is called as its path. */
export type DictEntry = { name: string; path: string };

export function dictEntriesOf(structure: JsonObject): DictEntry[] {
  return listAt(structure, "to_dict").map((each) =>
    typeof each === "string"
      ? { name: "", path: each }
      : { name: textAt(each, "name") ?? "", path: textAt(each, "path") ?? "" },
  );
}

export function withDictEntries(structure: JsonObject, entries: readonly DictEntry[]): JsonObject {
  const given = entries.map((each): Json => (each.name ? each : each.path));
  return withKey(structure, "to_dict", given);
}

/** Relations that rows can be ordered with respect to: to a row of another live model. */
export function ownersOf(fields: readonly FieldDefinition[], chosen: string | null): string[] {
  const fitting = fields.filter(({ name, type, options }) => {
    const to = textAt(options, "to") ?? "";
    const isOther = to !== "" && to !== "self" && to !== "AUTH_USER_MODEL" && !to.includes(".");
    return name && isOther && type !== "ManyToManyField";
  });
  // What is chosen stays to be seen, whether it will do or not.
  return [...new Set([...fitting.map(({ name }) => name), ...(chosen ? [chosen] : [])])];
}

/**
 * What has to be posted to get from one structure to another: what is absent stays as it is, and follows
 * fields that are renamed.
 */
export function postedStructure(former: JsonObject, wanted: JsonObject): JsonObject {
  const changed = changedKeys(former, wanted);
  return Object.fromEntries(
    changed.map((key) => [
      key,
      key === "options" ? clearing(optionsOf(former), optionsOf(wanted)) : (wanted[key] ?? null),
    ]),
  );
}

/** Options are merged one by one: those that go have to be named. */
function clearing(former: JsonObject, wanted: JsonObject): JsonObject {
  const changed = changedKeys(former, wanted);
  return Object.fromEntries(changed.map((name) => [name, wanted[name] ?? null]));
}

/** Tell what differs, each option by itself. */
export function modelChangesOf(before: JsonObject, after: JsonObject): ModelChange[] {
  return changedKeys(before, after).flatMap((key) =>
    key === "options"
      ? modelChangesOf(optionsOf(before), optionsOf(after))
      : [{ key, before: before[key], after: after[key] }],
  );
}

function changedKeys(one: JsonObject, other: JsonObject): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !same(one[name], other[name]));
}

/** Keys under which names of fields stand. */
const NAMING: readonly string[] = [
  "ordering",
  "get_latest_by",
  "order_with_respect_to",
  "unique_together",
  "fields",
  "field",
  "other_field",
];

/** The structure as it reads when fields have other names. */
export function renamedIn(structure: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  if (!names.size) return structure;
  const word = (text: string): string =>
    text.startsWith("-")
      ? `-${names.get(text.slice(1)) ?? text.slice(1)}`
      : (names.get(text) ?? text);
  const walk = (value: Json, isNaming: boolean): Json => {
    if (typeof value === "string") return isNaming ? word(value) : value;
    if (Array.isArray(value)) return value.map((each) => walk(each, isNaming));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, walk(each, NAMING.includes(key))]),
    );
  };
  const renamed = walk(structure, false) as JsonObject;
  return { ...renamed, ...followed(structure, names) };
}

/** Paths follow the names of fields; the keys that they have in JSON stay. */
function followed(structure: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  if (!("to_dict" in structure)) return {};
  const entries = dictEntriesOf(structure).map(({ name, path }) => {
    const [first = "", ...rest] = path.split(".");
    const key = names.get(first.replace(/_id$/, ""));
    const next =
      names.get(first) ?? (key !== undefined && first.endsWith("_id") ? `${key}_id` : first);
    return next === first
      ? { name, path }
      : { name: name || path, path: [next, ...rest].join(".") };
  });
  return withDictEntries({}, entries);
}
