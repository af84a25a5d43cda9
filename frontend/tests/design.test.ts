import { expect, test } from "vitest";

import { fieldFrom, fieldToWire } from "@/api/definitions";
import { definitionIn, differenceOf } from "@/domain/definition";
import * as designs from "@/domain/design";

import { typeOf } from "./fieldTypes";

const FORMER = [
  fieldFrom({ name: "name", type: "CharField", max_length: 100 }),
  fieldFrom({ name: "price", type: "FloatField", null: true }),
];
const BEGUN = designs.designOf("Product", 3, FORMER, { ordering: ["name"] });

const CHAR = typeOf(
  "CharField",
  { name: "max_length", required: true },
  { name: "null", required: false },
);
const DECIMAL = typeOf(
  "DecimalField",
  { name: "max_digits", required: true },
  { name: "null", required: false },
);

test("a design that was not touched is the definition it began with", () => {
  expect(designs.isChanged(BEGUN)).toBe(false);
  expect(designs.fieldsOf(BEGUN)).toEqual(FORMER);
});

test("a changed name is a rename, and back again it is none", () => {
  const renamed = designs.renameField(BEGUN, 1, "title");
  expect(fieldToWire(designs.fieldsOf(renamed)[0] as (typeof FORMER)[0])).toEqual({
    name: "title",
    type: "CharField",
    renamed_from: "name",
    max_length: 100,
  });
  expect(designs.isChanged(designs.renameField(renamed, 1, "name"))).toBe(false);
});

test("another type keeps the options that it has too, and begins with those that it needs", () => {
  const [, price] = designs.fieldsOf(designs.retypeField(BEGUN, 2, DECIMAL));
  expect(price?.options).toEqual({ max_digits: 12, null: true });
});

test("a new field is valid at once", () => {
  const added = designs.addField(BEGUN, "note", CHAR);
  expect(added.fields.at(-1)).toMatchObject({ options: { max_length: 100 }, formerName: null });
});

test("fields are moved, and no further than there is room", () => {
  const names = (design: designs.Design): string[] => design.fields.map(({ name }) => name);
  expect(names(designs.moveField(BEGUN, 1, 1))).toEqual(["price", "name"]);
  expect(designs.moveField(BEGUN, 1, -1)).toBe(BEGUN);
});

test("fields written as JSON keep who they were", () => {
  const found = definitionIn(
    '{"fields": [{"name": "cost", "type": "FloatField", "renamed_from": "price"}]}',
  );
  const written = designs.withFields(BEGUN, (found?.fields ?? []).map(fieldFrom));
  expect(written.fields.map(({ formerName }) => formerName)).toEqual(["price"]);
  expect(definitionIn("[{]")).toBeNull();
  expect(definitionIn('[{"type": "FloatField"}]')).toBeNull();
});

test("the difference tells what was added, removed, renamed and changed", () => {
  const changed = designs.changeOption(
    designs.renameField(BEGUN, 1, "title"),
    1,
    "max_length",
    () => 50,
  );
  const after = designs.fieldsOf(designs.removeField(changed, 2));
  const { fields, unchanged } = differenceOf(FORMER, after);
  expect(unchanged).toBe(0);
  expect(fields.map((each) => [each.kind, each.field.name])).toEqual([
    ["changed", "title"],
    ["removed", "price"],
  ]);
});

test("what the definition says beside its fields is kept", () => {
  expect(designs.removeField(BEGUN, 1).extras).toEqual({ ordering: ["name"] });
});
