/** What is shown of a list of rows: it stands in the address, so that it can be passed on and come back to. */

import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

import type { Filter, RowQuery } from "@/domain/rows";

const PAGE_SIZE = 50;
const FILTER = /^(?<column>\w+?)__(?<comparison>[a-z_]+)=(?<value>.*)$/s;

export function useRowQuery(): {
  query: ComputedRef<RowQuery>;
  change: (change: Partial<RowQuery>) => Promise<void>;
} {
  const route = useRoute();
  const router = useRouter();
  const text = (name: string): string => String(route.query[name] ?? "");

  const query = computed<RowQuery>(() => ({
    page: Math.max(1, Number(text("page")) || 1),
    pageSize: Number(text("size")) || PAGE_SIZE,
    ordering: text("order"),
    search: text("search"),
    deleted: text("deleted") === "only" ? "only" : text("deleted") === "with" ? "with" : "",
    project: text("project"),
    filters: [route.query["where"] ?? []].flat().flatMap(filterIn),
  }));

  async function change(changed: Partial<RowQuery>): Promise<void> {
    const next = { ...query.value, page: 1, ...changed };
    const where = next.filters.map((each) => `${each.column}__${each.comparison}=${each.value}`);
    const address = {
      page: next.page > 1 ? String(next.page) : "",
      size: next.pageSize === PAGE_SIZE ? "" : String(next.pageSize),
      order: next.ordering,
      search: next.search,
      deleted: next.deleted,
      project: next.project,
    };
    const given = Object.entries(address).filter(([, value]) => value);
    await router.replace({
      query: { ...Object.fromEntries(given), ...(where.length ? { where } : {}) },
    });
  }

  return { query, change };
}

function filterIn(text: string | null): Filter[] {
  const found = FILTER.exec(text ?? "")?.groups;
  return found
    ? [
        {
          column: found["column"] ?? "",
          comparison: found["comparison"] ?? "",
          value: found["value"] ?? "",
        },
      ]
    : [];
}
