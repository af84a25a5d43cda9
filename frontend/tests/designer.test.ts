// What is asked for in one turn of the page, before anything is drawn again, must not undo itself.

import { VueQueryPlugin } from "@tanstack/vue-query";
import { afterEach, expect, test, vi } from "vitest";
import { type Component, createApp, defineComponent, h, nextTick } from "vue";
import { createMemoryHistory, createRouter, type Router, RouterView } from "vue-router";

import DesignerFields from "@/components/designer/DesignerFields.vue";
import ModelPanel from "@/components/designer/model/ModelPanel.vue";
import { type Designer, useDesigner } from "@/composables/designer";
import { queryClient } from "@/composables/queries";
import { designOf, fieldsOf, structureOf } from "@/domain/design";
import type { JsonObject } from "@/domain/json";
import { i18n } from "@/i18n";
import DesignerPage from "@/pages/DesignerPage.vue";

import { typeOf } from "./fieldTypes";

const CHAR = typeOf("CharField", { name: "choices", required: false });
const FIELDS = ["title", "stock"].map((name) => ({
  name,
  type: "CharField",
  options: { choices: [["a", "A"]] },
  renamedFrom: null,
}));

// A machine that is busy takes its time to draw all this.
vi.setConfig({ testTimeout: 60_000 });

let close: (() => void) | null = null;
afterEach(() => {
  vi.unstubAllGlobals();
  close?.();
  close = null;
  document.body.innerHTML = "";
});

function show(component: Component, router?: Router): void {
  i18n.global.locale.value = "en";
  queryClient.setQueryData(["field-types", "en"], new Map([["CharField", CHAR]]));
  const app = createApp(component).use(i18n).use(VueQueryPlugin, { queryClient });
  if (router) app.use(router);
  app.mount(document.body.appendChild(document.createElement("div")));
  close = () => app.unmount();
}

/** Design a model by its forms. */
function open(extras: JsonObject): Designer {
  const designer = useDesigner(designOf("Shaped", 1, FIELDS, extras));
  const form = defineComponent(() => () => {
    const { design, problems, change } = designer;
    const given = { design, problems, onChange: change };
    return [h(DesignerFields, given), h(ModelPanel, given)];
  });
  show(form);
  return designer;
}

/** What a person finds under this name. */
function labeled<E extends HTMLElement>(label: string, of = ""): E {
  const found = document.querySelector<E>(`${of}[aria-label="${label}"]`);
  if (!found) throw new Error(`nothing is called ${label}`);
  return found;
}
function pick(list: string, text: string): void {
  const options = labeled(list, "ul").querySelectorAll("li");
  [...options].find((each) => each.textContent?.trim() === text)?.click();
}
function press(text: string): void {
  const buttons = document.querySelectorAll("button");
  [...buttons].find((each) => each.textContent?.trim() === text)?.click();
}
function write(label: string, text: string): void {
  const input = labeled<HTMLInputElement>(label, "input");
  input.value = text;
  input.dispatchEvent(new Event("input"));
}

test("picks and words that come at once are all kept", () => {
  const designer = open({
    unique_together: [[]],
    indexes: [{ fields: [] }],
    constraints: [{ type: "check", condition: { field: "title", lookup: "gte", value: 0 } }],
    to_dict: ["title"],
  });
  pick("Order of rows", "stock ↓");
  pick("Newest by", "title ↑");
  pick("Unique together 1: fields", "title");
  pick("Unique together 1: fields", "stock");
  press("+ Add set");
  pick("Indexes 1: fields", "title ↑");
  write("Indexes 1: name", "by_title");
  pick("Field", "stock");
  pick("Comparison", "<");
  write("Constraints 1: name", "low");
  write("Constraints 1: message", "Too much");
  write("Rows as JSON 1: path", "stock");
  write("Rows as JSON 1: name", "left");
  expect(structureOf(designer.design)).toEqual({
    options: { ordering: ["-stock"], get_latest_by: ["title"] },
    unique_together: [["title", "stock"], []],
    indexes: [{ fields: ["title"], name: "by_title" }],
    constraints: [
      {
        type: "check",
        condition: { field: "stock", lookup: "lt", value: "0" },
        name: "low",
        violation_error_message: "Too much",
      },
    ],
    to_dict: [{ name: "left", path: "stock" }],
  });
});

test("changes of fields that come at once are all kept", async () => {
  const designer = open({ options: { verbose_name: "shape" } });
  document.querySelector<HTMLElement>(".opener")?.click();
  await nextTick();
  write("Value", "b");
  write("Label", "B");
  press("+ Add choice");
  press("+ Add field");
  press("+ Add field");
  pick("Order of rows", "stock ↑");
  const [title, , ...added] = fieldsOf(designer.design);
  expect(title?.options["choices"]).toEqual([
    ["b", "B"],
    ["", ""],
  ]);
  expect(added).toHaveLength(2);
  expect(structureOf(designer.design)["options"]).toEqual({
    verbose_name: "shape",
    ordering: ["stock"],
  });
});

test("what is changed while a plan is made is planned too", async () => {
  const designer = useDesigner(designOf("Shaped", 1, FIELDS, {}));
  const asked: string[] = [];
  vi.stubGlobal("fetch", (_: string, { body }: { body: string }) => {
    const { model_name } = JSON.parse(body) as { model_name: string };
    asked.push(model_name);
    if (asked.length === 1) designer.change((design) => ({ ...design, modelName: "Formed" }));
    return Promise.resolve(Response.json({ plan_id: model_name, operations: [], findings: [] }));
  });
  expect(await designer.review()).toBe(true);
  expect(asked).toEqual(["Shaped", "Formed"]);
  expect(designer.plan?.id).toBe("Formed");
});

test("what is being designed stays, whatever is read again and does not come", async () => {
  const key = ["model", "Shaped", "for-design"];
  queryClient.setQueryData(key, { name: "Shaped", version: 1, fields: FIELDS, extras: {} });
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({}, { status: 404 })));
  const routes = [{ path: "/", component: DesignerPage, props: { name: "Shaped" } }];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push("/");
  show(RouterView, router);
  press("+ Add field");
  i18n.global.locale.value = "zh";
  for (const each of [key, ["field-types", "zh"]]) {
    await vi.waitUntil(() => queryClient.getQueryState(each)?.status === "error", 60_000);
  }
  await nextTick();
  press("+ 添加字段");
  await nextTick();
  expect(document.querySelectorAll(".opener")).toHaveLength(4);
});
