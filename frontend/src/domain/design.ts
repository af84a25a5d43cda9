/** A model while it is being designed. Pure: each step returns a new design. */

import type { FieldDefinition } from "@/domain/definition";
import { beginnings, type FieldType, keptOptions } from "@/domain/fieldTypes";
import { type Json, type JsonObject, same } from "@/domain/json";
import type { Step } from "@/domain/step";
import { renamedIn } from "@/domain/structure";

export interface DraftField {
  /** Stays the same while the field is edited, moved and renamed. */
  readonly key: number;
  readonly name: string;
  readonly type: string;
  readonly options: JsonObject;
  /** The name it has in the version in force; null: it is new. */
  readonly formerName: string | null;
}

export interface Design {
  readonly modelName: string;
  /** The name it has in the version in force; empty: it is new. */
  readonly formerModelName: string;
  /** The version in force that this builds on; 0: a new model. */
  readonly baseVersion: number;
  /** The fields of that version. */
  readonly former: readonly FieldDefinition[];
  readonly fields: readonly DraftField[];
  readonly nextKey: number;
  /** What the definition says beside its fields: options, indexes, constraints and the like. */
  readonly extras: JsonObject;
  /** The same of the version in force. */
  readonly formerExtras: JsonObject;
  /** The model is to go. */
  readonly deleted: boolean;
}

/** What stands in the place of values that do not fit: told beside the options, for one upgrade. */
export const ON_INVALID = "on_invalid";

export const NEW_DESIGN: Design = {
  modelName: "",
  formerModelName: "",
  baseVersion: 0,
  former: [],
  fields: [],
  nextKey: 1,
  extras: {},
  formerExtras: {},
  deleted: false,
};

/** Begin with the version in force. */
export function designOf(
  modelName: string,
  baseVersion: number,
  former: readonly FieldDefinition[],
  extras: JsonObject,
): Design {
  const fields = former.map(({ name, type, options }, index) => ({
    key: index + 1,
    name,
    type,
    options,
    formerName: name,
  }));
  return {
    modelName,
    formerModelName: modelName,
    baseVersion,
    former,
    fields,
    nextKey: fields.length + 1,
    extras,
    formerExtras: extras,
    deleted: false,
  };
}

export function addField(
  design: Design,
  name: string,
  type: FieldType,
  options: JsonObject = {},
): Design {
  const field: DraftField = {
    key: design.nextKey,
    name,
    type: type.name,
    options: { ...beginnings(type, options), ...options },
    formerName: null,
  };
  return { ...design, fields: [...design.fields, field], nextKey: design.nextKey + 1 };
}

export function removeField(design: Design, key: number): Design {
  return { ...design, fields: design.fields.filter((each) => each.key !== key) };
}

/** Bring a removed field back as it was. */
export function restoreField(design: Design, name: string): Design {
  const field = design.former.find((each) => each.name === name);
  if (!field || design.fields.some((each) => each.formerName === name)) return design;
  const draft: DraftField = {
    key: design.nextKey,
    name,
    type: field.type,
    options: field.options,
    formerName: name,
  };
  return { ...design, fields: [...design.fields, draft], nextKey: design.nextKey + 1 };
}

export function moveField(design: Design, key: number, by: number): Design {
  const fields = [...design.fields];
  const from = fields.findIndex((each) => each.key === key);
  const to = from + by;
  if (from < 0 || to < 0 || to >= fields.length) return design;
  fields.splice(to, 0, ...fields.splice(from, 1));
  return { ...design, fields };
}

export function renameField(design: Design, key: number, name: string): Design {
  return changed(design, key, (field) => ({ ...field, name }));
}

/** Change the type; options that the new one does not have go. */
export function retypeField(design: Design, key: number, type: FieldType): Design {
  return changed(design, key, (field) => {
    // Constants of one type mean nothing in another.
    const options = keptOptions(type, without(field.options, ["default", "choices", ON_INVALID]));
    return { ...field, type: type.name, options: { ...beginnings(type, options), ...options } };
  });
}

/** Change an option; undefined takes it away, which leaves its default. */
export function changeOption(
  design: Design,
  key: number,
  name: string,
  step: Step<Json | undefined>,
): Design {
  return changed(design, key, (field) => {
    const options = without(field.options, [name]);
    const value = step(field.options[name]);
    return { ...field, options: value === undefined ? options : { ...options, [name]: value } };
  });
}

/** What is posted. A field whose name has changed is a rename. */
export function fieldsOf(design: Design): FieldDefinition[] {
  return design.fields.map(({ name, type, options, formerName }) => ({
    name,
    type,
    options,
    renamedFrom: formerName !== null && formerName !== name ? formerName : null,
  }));
}

/** What stands beside the fields, with the names that they have here. */
export function structureOf(design: Design): JsonObject {
  const taken = new Set(design.fields.map(({ name }) => name));
  const renamed = design.fields.flatMap(({ name, formerName }) =>
    formerName !== null && formerName !== name && name && !taken.has(formerName)
      ? [[formerName, name] as const]
      : [],
  );
  return renamedIn(design.extras, new Map(renamed));
}

/** Whether there is anything to lose, or to post. */
export function isChanged(design: Design): boolean {
  const { former } = design;
  const fields = fieldsOf(design);
  return (
    design.modelName !== design.formerModelName ||
    !same(design.extras, design.formerExtras) ||
    fields.length !== former.length ||
    fields.some((each, index) => {
      const old = former[index];
      return !old || !same(asJson(each), asJson(old));
    })
  );
}

/** Take over fields that were written as JSON; those that are known keep who they were. */
export function withFields(design: Design, fields: readonly FieldDefinition[]): Design {
  const former = new Set(design.former.map(({ name }) => name));
  const drafts = fields.map((field, index) => {
    const origin = field.renamedFrom ?? field.name;
    return {
      key: design.nextKey + index,
      name: field.name,
      type: field.type,
      options: field.options,
      formerName: former.has(origin) ? origin : null,
    };
  });
  return { ...design, fields: drafts, nextKey: design.nextKey + drafts.length };
}

function asJson({ name, type, options, renamedFrom }: FieldDefinition): JsonObject {
  return { name, type, options, renamedFrom };
}

function changed(design: Design, key: number, change: (field: DraftField) => DraftField): Design {
  return {
    ...design,
    fields: design.fields.map((each) => (each.key === key ? change(each) : each)),
  };
}

function without(options: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}
