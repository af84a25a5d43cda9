/** The table of field types, in the reader's language. */

import { request } from "@/api/http";
import type { Wire } from "@/api/wire";
import type { FieldOption, FieldType, FieldTypes } from "@/domain/fieldTypes";
import type { Json } from "@/domain/json";

export async function readFieldTypes(): Promise<FieldTypes> {
  const table = await request<Wire<"FieldTypeTable">>("GET", "field-types/");
  return new Map(table.field_types.map((each) => [each.name, typeFrom(each)]));
}

function typeFrom(wire: Wire<"FieldType">): FieldType {
  return {
    name: wire.name,
    label: wire.label,
    help: wire.help,
    group: wire.group,
    groupLabel: wire.group_label,
    relation: wire.relation,
    generators: wire.generators,
    valueTypes: wire.value?.types ?? [],
    format: wire.value?.format ?? null,
    example: (wire.value?.example ?? null) as Json,
    options: wire.options.map(optionFrom),
  };
}

function optionFrom(wire: Wire<"FieldOption">): FieldOption {
  return {
    name: wire.name,
    label: wire.label,
    help: wire.help,
    types: wire.types,
    required: wire.required,
    default: wire.default as Json,
    minimum: wire.minimum ?? null,
    maximum: wire.maximum ?? null,
    maxLength: wire.max_length ?? null,
    allowed: (wire.enum ?? []) as Json[],
  };
}
