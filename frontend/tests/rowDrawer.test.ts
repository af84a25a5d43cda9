// What a person writes into the form of a row stays until it is saved or given up.

import { VueQueryPlugin } from "@tanstack/vue-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, nextTick } from "vue";

import { ApiError } from "@/api/http";
import RowDrawer from "@/components/rows/RowDrawer.vue";
import { queryClient } from "@/composables/queries";
import type { JsonObject } from "@/domain/json";
import type { Column } from "@/domain/rows";
import { i18n } from "@/i18n";

const TITLE: Column = {
  name: "title",
  title: "Title",
  help: "",
  kind: "text",
  type: "CharField",
  nullable: false,
  required: true,
  editable: true,
  choices: [],
  target: null,
};
const KEY = ["row", "Book", 1];

// A machine that is busy takes its time to draw all this.
vi.setConfig({ testTimeout: 60_000 });

let close = (): void => undefined;
const saved: [JsonObject, string | null][] = [];

/** Let the server say what the row is. */
function stored(title: string, tag: string, status = 200): void {
  const answer = () => Response.json({ id: 1, title }, { status, headers: { ETag: tag } });
  vi.stubGlobal("fetch", () => Promise.resolve(answer()));
}
function save(change: JsonObject, tag: string | null): Promise<void> {
  saved.push([change, tag]);
  return Promise.reject(new ApiError(412, "row_changed", [], {}));
}
const input = (): HTMLInputElement | null => document.querySelector("#value-title");
async function shows(title: string): Promise<void> {
  await vi.waitUntil(() => input()?.value === title, 30_000);
}
function write(title: string): void {
  const found = input();
  if (!found) throw new Error("there is no form");
  found.value = title;
  found.dispatchEvent(new Event("input"));
}
async function readAgain(): Promise<void> {
  await queryClient.invalidateQueries();
  await nextTick();
}
async function submit(): Promise<void> {
  document.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await vi.waitUntil(() => document.querySelector(".trouble button"), 30_000);
}

beforeEach(async () => {
  i18n.global.locale.value = "en";
  stored("first", '"1"');
  const app = createApp(RowDrawer, {
    model: "Book",
    rowKey: 1,
    columns: [TITLE],
    project: "",
    save,
    onClose: () => undefined,
  });
  app.use(i18n).use(VueQueryPlugin, { queryClient });
  app.mount(document.body.appendChild(document.createElement("div")));
  close = () => app.unmount();
  await shows("first");
});
afterEach(() => {
  vi.unstubAllGlobals();
  close();
  queryClient.clear();
  saved.length = 0;
  document.body.innerHTML = "";
});

test("a row that is read again takes nothing away, and is not taken for the one that was seen", async () => {
  write("mine");
  stored("theirs", '"2"');
  await readAgain();
  expect(queryClient.getQueryData(KEY)).toMatchObject({ row: { title: "theirs" } });
  await shows("mine");
  await submit();
  expect(saved).toEqual([[{ title: "mine" }, '"1"']]);
});

test("the form stays although the row cannot be read again", async () => {
  write("mine");
  stored("", "", 404);
  await readAgain();
  expect(queryClient.getQueryState(KEY)?.status).toBe("error");
  await shows("mine");
});

test("who wants the row as it is now gets it, or is told why not, and loses nothing then", async () => {
  write("mine");
  await submit();
  const theirs = () => document.querySelector<HTMLElement>(".trouble button")?.click();
  stored("", "", 403);
  theirs();
  await vi.waitUntil(() => queryClient.getQueryState(KEY)?.status === "error", 30_000);
  await nextTick();
  expect(input()?.value).toBe("mine");
  await submit();
  stored("theirs", '"2"');
  theirs();
  await shows("theirs");
  expect(document.querySelector(".trouble")).toBeNull();
});
