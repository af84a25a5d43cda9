import { expect, test } from "vitest";

import { comparedValueIn, isComparison } from "@/domain/conditions";
import * as designs from "@/domain/design";
import {
  dictEntriesOf,
  modelChangesOf,
  ownersOf,
  postedStructure,
  renamedIn,
  withDictEntries,
  withKey,
  withOption,
} from "@/domain/structure";

const FORMER = {
  options: { ordering: ["title"], verbose_name: "book" },
  indexes: [{ name: "one", fields: ["-price", "title"] }],
  constraints: [
    { type: "check", condition: { not: { field: "title", value: "price" } }, name: "title" },
  ],
};

test("only what has changed is posted, and what went is named", () => {
  const wanted = withOption(withKey(FORMER, "indexes", []), "verbose_name", () => "");
  expect(postedStructure(FORMER, wanted)).toEqual({
    options: { verbose_name: null },
    indexes: null,
  });
  expect(postedStructure(FORMER, FORMER)).toEqual({});
  expect(postedStructure({}, withKey({}, "db_table", "books"))).toEqual({ db_table: "books" });
});

test("each option differs by itself", () => {
  const after = withOption(FORMER, "ordering", () => ["-title"]);
  expect(modelChangesOf(FORMER, after)).toEqual([
    { key: "ordering", before: ["title"], after: ["-title"] },
  ]);
});

test("names of fields follow a rename, and other texts stay", () => {
  const fields = ["title", "price"].map((name) => ({
    name,
    type: "CharField",
    options: {},
    renamedFrom: null,
  }));
  const renamed = designs.renameField(designs.designOf("Book", 1, fields, FORMER), 1, "name");
  expect(designs.structureOf(renamed)).toEqual({
    options: { ordering: ["name"], verbose_name: "book" },
    indexes: [{ name: "one", fields: ["-price", "name"] }],
    constraints: [
      { type: "check", condition: { not: { field: "name", value: "price" } }, name: "title" },
    ],
  });
});

test("fields that exchange their names leave the rest to the server", () => {
  const fields = ["title", "price"].map((name) => ({
    name,
    type: "CharField",
    options: {},
    renamedFrom: null,
  }));
  let design = designs.designOf("Book", 1, fields, FORMER);
  design = designs.renameField(designs.renameField(design, 1, "price"), 2, "title");
  expect(designs.structureOf(design)).toEqual(FORMER);
});

test("a model that is called otherwise has changed", () => {
  const design = designs.designOf("Book", 1, [], {});
  expect(designs.isChanged(design)).toBe(false);
  expect(designs.isChanged({ ...design, modelName: "Volume" })).toBe(true);
  expect(designs.isChanged({ ...design, extras: { db_table: "books" } })).toBe(true);
});

test("what a condition compares with is read as its comparison wants it", () => {
  expect(isComparison({ field: "price", lookup: "gte", value: 0 })).toBe(true);
  expect(isComparison({ all: [] })).toBe(false);
  expect(comparedValueIn("a, b", "in", null)).toEqual(["a", "b"]);
  expect(comparedValueIn("false", "isnull", null)).toBe(false);
});

test("keys of rows as JSON are called as their paths unless they have a name", () => {
  const structure = { to_dict: ["title", { name: "template_id", path: "subtask.template_id" }] };
  const entries = dictEntriesOf(structure);
  expect(entries).toEqual([
    { name: "", path: "title" },
    { name: "template_id", path: "subtask.template_id" },
  ]);
  expect(withDictEntries({}, entries)).toEqual(structure);
  expect(withDictEntries(structure, [])).toEqual({});
  // A name is left alone while it is typed, whatever it happens to be.
  const same = withDictEntries({}, [{ name: "title", path: "title" }]);
  expect(dictEntriesOf(same)).toEqual([{ name: "title", path: "title" }]);
});

test("paths follow fields that are renamed, and the keys of rows as JSON stay", () => {
  const names = new Map([
    ["subtask", "step"],
    ["title", "name"],
  ]);
  const before = {
    to_dict: ["title", "subtask_id", { name: "t", path: "subtask.title" }, "price"],
    options: { order_with_respect_to: "subtask", get_latest_by: ["-title"] },
  };
  expect(renamedIn(before, names)).toEqual({
    to_dict: [
      { name: "title", path: "name" },
      { name: "subtask_id", path: "step_id" },
      { name: "t", path: "step.title" },
      "price",
    ],
    options: { order_with_respect_to: "step", get_latest_by: ["-name"] },
  });
});

test("rows are ordered with respect to relations to one row of another live model", () => {
  const relation = (name: string, to: string, type = "ForeignKey") => ({
    name,
    type,
    options: { to },
    renamedFrom: null,
  });
  const fields = [
    relation("shelf", "Shelf"),
    relation("twin", "Shelf", "OneToOneField"),
    relation("parent", "self"),
    relation("owner", "auth.User"),
    relation("author", "AUTH_USER_MODEL"),
    relation("tags", "Tag", "ManyToManyField"),
    { name: "title", type: "CharField", options: {}, renamedFrom: null },
  ];
  expect(ownersOf(fields, null)).toEqual(["shelf", "twin"]);
  expect(ownersOf(fields, "gone")).toEqual(["shelf", "twin", "gone"]);
});
