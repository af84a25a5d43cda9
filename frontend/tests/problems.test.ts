import { expect, test } from "vitest";

import type { Problem } from "@/api/http";
import { byPlace, partOf } from "@/domain/problems";

const at = (pointer: string, code = "wrong", option?: string): Problem => ({
  pointer,
  code,
  message: pointer,
  params: option ? { option } : {},
});

test("each problem stands where its pointer leads", () => {
  const places = byPlace([
    at("/model_name"),
    at("/fields/0/name"),
    at("/fields/12/max_length"),
    at(""),
  ]);
  expect(places.modelName.length).toBe(1);
  expect([...places.fields.keys()]).toEqual([0, 12]);
  expect(places.whole.map(({ pointer }) => pointer)).toEqual([""]);
});

test("what stands beside the fields has its problems at the key or the item", () => {
  const pointers = [
    "/options",
    "/options/order_with_respect_to",
    "/options/ordering/1",
    "/to_dict",
    "/to_dict/2",
    "/constraints/0/violation_error_message",
    "/db_table",
  ];
  const { structure, whole } = byPlace(pointers.map((each) => at(each)));
  expect([...structure.keys()]).toEqual([
    "options",
    "options/order_with_respect_to",
    "options/ordering",
    "to_dict",
    "to_dict/2",
    "constraints/0",
    "db_table",
  ]);
  expect(whole).toEqual([]);
});

test("a missing option is told where it would stand", () => {
  expect(partOf(at("/fields/0", "option_missing", "max_length"))).toBe("max_length");
  expect(partOf(at("/fields/0/a~1b"))).toBe("a/b");
  expect(partOf(at("/fields/0"))).toBe("");
});
