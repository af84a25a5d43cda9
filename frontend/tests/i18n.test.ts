import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { en } from "@/i18n/en";
import { zh } from "@/i18n/zh";

const SOURCE = join(__dirname, "../src");
const TEXT = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(ts|vue)$/.test(path) && !/i18n|schema\.d/.test(path))
  .map((path) => readFileSync(join(SOURCE, path), "utf8"))
  .join("\n");

/** Keys with a part that is only known when the page runs: t(`stage.${state}`). */
const PATTERNS = [...TEXT.matchAll(/`((?:[\w-]+\.)+\$\{[^`]*)`/g)].map(
  ([, key = ""]) =>
    new RegExp(`^${key.replaceAll(".", "\\.").replace(/\$\{[^}]*\}/g, "[\\w.-]+")}$`),
);
/** Keys that stand in the source as they are. */
const WRITTEN = new Set(
  [...TEXT.matchAll(/["'`]((?:[\w-]+\.)*[\w-]+)["'`]/g)].map(([, key]) => key),
);

function keysIn(messages: object, prefix = ""): string[] {
  return Object.entries(messages).flatMap(([name, value]) =>
    typeof value === "string" ? [prefix + name] : keysIn(value as object, `${prefix}${name}.`),
  );
}

test("both languages say the same things", () => {
  expect(keysIn(en).sort()).toEqual(keysIn(zh).sort());
});

test("every sentence is used", () => {
  const unused = keysIn(zh).filter(
    (key) => !WRITTEN.has(key) && !PATTERNS.some((pattern) => pattern.test(key)),
  );
  expect(unused).toEqual([]);
});

test("no sentence is missing", () => {
  const known = new Set(keysIn(zh));
  const asked = [...TEXT.matchAll(/\bt\(\s*["'`]([\w.-]+)["'`]/g)].map(([, key = ""]) => key);
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((key) => !known.has(key))).toEqual([]);
});

test("both languages fill in the same words", () => {
  const wordsOf = (messages: object): Map<string, string[]> =>
    new Map(
      keysIn(messages).map((key) => {
        const text = key
          .split(".")
          .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], messages);
        return [key, [...new Set(String(text).match(/\{\w+\}/g))].sort()];
      }),
    );
  expect(wordsOf(en)).toEqual(wordsOf(zh));
});
