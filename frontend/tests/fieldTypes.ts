/** Types of fields as the server may tell them. */

import type { FieldType } from "@/domain/fieldTypes";

export function typeOf(name: string, ...options: { name: string; required: boolean }[]): FieldType {
  return {
    name,
    label: name,
    help: "",
    group: "text",
    groupLabel: "Text",
    relation: false,
    generators: [],
    valueTypes: ["string"],
    format: null,
    example: null,
    options: options.map((each) => ({
      ...each,
      label: "",
      help: "",
      types: [],
      default: null,
      minimum: null,
      maximum: null,
      maxLength: null,
      allowed: [],
    })),
  };
}
