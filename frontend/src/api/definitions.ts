/** Fields of a definition, from the wire and back. */

import type { FieldDefinition } from "@/domain/definition";
import type { Wire } from "@/api/wire";
import { isObject, type Json, type JsonObject, listAt, textAt } from "@/domain/json";
import { type ModelChange, modelChangesOf, withKey } from "@/domain/structure";

/** What a field says beside its options; `column` is the server's own business. */
const OWN_KEYS: readonly string[] = ["name", "type", "renamed_from", "column"];

export function fieldFrom(wire: Json): FieldDefinition {
  const entries = isObject(wire) ? Object.entries(wire) : [];
  return {
    name: textAt(wire, "name") ?? "",
    type: textAt(wire, "type") ?? "",
    renamedFrom: textAt(wire, "renamed_from"),
    options: Object.fromEntries(entries.filter(([key]) => !OWN_KEYS.includes(key))),
  };
}

/** Read the fields of a whole definition. */
export function definitionFieldsFrom(wire: unknown): FieldDefinition[] {
  return listAt(wire, "fields").map(fieldFrom);
}

const MODEL_KEYS: readonly string[] = ["format", "name", "model_name", "fields"];

/** What a definition says beside name and fields: it is posted again as it is, or it would be lost. */
export function extrasFrom(wire: unknown): JsonObject {
  const entries = isObject(wire) ? Object.entries(wire) : [];
  return Object.fromEntries(entries.filter(([key]) => !MODEL_KEYS.includes(key)));
}

/** What differs beside the fields; that a new model has a name goes without saying. */
export function changesFrom(wire: readonly Wire<"ModelDifference">[]): ModelChange[] {
  return wire
    .filter(({ key, before }) => key !== "model_name" || before !== null)
    .flatMap(({ key, before, after }) =>
      modelChangesOf(withKey({}, key, before as Json), withKey({}, key, after as Json)),
    );
}

export function fieldToWire(field: FieldDefinition): JsonObject {
  const renamed: JsonObject = field.renamedFrom === null ? {} : { renamed_from: field.renamedFrom };
  return { name: field.name, type: field.type, ...renamed, ...field.options };
}
