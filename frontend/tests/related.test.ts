import { expect, test } from "vitest";

import { relatedIn, withKeys } from "@/domain/related";

test("rows that come whole are keys with names", () => {
  const { rows, related } = withKeys(
    [
      {
        id: 1,
        title: "Emma",
        author: { id: 2, name: "Jane Austen" },
        tags: [{ id: 1, label: "a" }],
      },
      { id: 2, title: "Anonymous", author: null, tags: [] },
      { id: 3, title: "Out of reach", author: 9, tags: [] },
    ],
    ["author", "tags"],
  );
  expect(rows.map(({ author }) => author)).toEqual([2, null, 9]);
  expect(rows[0]?.["tags"]).toEqual([1]);
  expect(relatedIn(2, related.get("author"))).toEqual([{ key: "2", text: "Jane Austen · 2" }]);
  expect(relatedIn(9, related.get("author"))).toEqual([{ key: "9", text: "9" }]);
  expect(relatedIn(null, related.get("author"))).toEqual([]);
});
