/** The definition of a model: its fields in order, and what lies between two of them. */

import { isObject, type Json, type JsonObject, same, textAt } from "@/domain/json";

export interface FieldDefinition {
  readonly name: string;
  readonly type: string;
  readonly renamedFrom: string | null;
  /** Whatever the field says beside these. */
  readonly options: JsonObject;
}

export interface Change {
  readonly option: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export type FieldDifference =
  | { kind: "added"; field: FieldDefinition }
  | { kind: "removed"; field: FieldDefinition }
  | {
      kind: "changed";
      field: FieldDefinition;
      before: FieldDefinition;
      changes: readonly Change[];
    };

export interface Difference {
  readonly fields: readonly FieldDifference[];
  readonly unchanged: number;
}

/** Tell what leads from one list of fields to the next, in the order of the next. */
export function differenceOf(
  before: readonly FieldDefinition[],
  after: readonly FieldDefinition[],
): Difference {
  const former = new Map(before.map((each) => [each.name, each]));
  const fields: FieldDifference[] = [];
  let unchanged = 0;
  for (const field of after) {
    const name = field.renamedFrom ?? field.name;
    const old = former.get(name);
    former.delete(name);
    if (!old) fields.push({ kind: "added", field });
    else {
      const changes = changesOf(old, field);
      if (changes.length || old.name !== field.name) {
        fields.push({ kind: "changed", field, before: old, changes });
      } else unchanged += 1;
    }
  }
  const removed = [...former.values()].map((field) => ({ kind: "removed" as const, field }));
  return { fields: [...fields, ...removed], unchanged };
}

function changesOf(before: FieldDefinition, after: FieldDefinition): Change[] {
  const [one, other] = [withType(before), withType(after)];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names]
    .filter((option) => !same(one[option], other[option]))
    .map((option) => ({ option, before: one[option], after: other[option] }));
}

function withType(field: FieldDefinition): JsonObject {
  return { type: field.type, ...field.options };
}

/** The definition in a text: a list of fields, or an object that has one; null if it is no such JSON. */
export function definitionIn(
  text: string,
): { fields: JsonObject[]; whole: JsonObject | null } | null {
  try {
    const found: unknown = JSON.parse(text);
    const whole = isObject(found) ? found : null;
    const list = whole ? whole["fields"] : found;
    return Array.isArray(list) && list.every((each) => textAt(each, "name") !== null)
      ? { fields: list.filter(isObject), whole }
      : null;
  } catch {
    return null;
  }
}

/** A value of an option as people read it: text without quotes, the rest as JSON. */
export function shownValue(value: Json | undefined): string {
  if (value === undefined) return "—";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** An option in a few letters: a switch that is on by its name alone. */
export function shownOption(name: string, value: Json): string {
  return value === true && name !== "default" ? name : `${name}=${shownValue(value)}`;
}
