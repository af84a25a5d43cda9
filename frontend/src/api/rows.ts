/** Rows of live models. */

import { addressOf, type Problem, problemsIn, request, requestTagged } from "@/api/http";
import { type JsonObject, isObject, listAt, numberAt } from "@/domain/json";
import { type RelatedNames, withKeys } from "@/domain/related";
import type { Row, RowQuery } from "@/domain/rows";

export interface RowPage {
  readonly count: number;
  readonly rows: readonly Row[];
  /** What the rows that these lead to are called. */
  readonly related: RelatedNames;
}

/** A row, and which state of it this is. */
export interface TaggedRow {
  readonly row: Row;
  readonly tag: string | null;
}

export type RowKey = string | number;

/** Read a page; `relations` are the columns whose rows are to be named. */
export async function readRows(
  model: string,
  query: RowQuery,
  relations: readonly string[] = [],
): Promise<RowPage> {
  const expand = relations.join(",") || null;
  const body = await request<unknown>("GET", pathOf(model), {
    query: { ...narrowing(query), page: query.page, page_size: query.pageSize, expand },
  });
  const rows = listAt(body, "results").filter(isObject);
  return { count: numberAt(body, "count") ?? 0, ...withKeys(rows, relations) };
}

/** Where all rows that the query finds are, as a file. */
export function exportAddress(model: string, query: RowQuery, form: "csv" | "jsonl"): string {
  return addressOf(`${pathOf(model)}export/`, { ...narrowing(query), format: form });
}

/** What became of the rows of a file, or would: all of them come in, or none. */
export interface Imported {
  readonly rows: number;
  readonly problems: readonly Problem[];
}

/** Make rows of a file; `skip` are columns of it that a new row cannot have. */
export async function importRows(
  model: string,
  file: File,
  { skip, project, dryRun }: { skip: readonly string[]; project: string; dryRun: boolean },
): Promise<Imported> {
  const isCsv = file.name.toLowerCase().endsWith(".csv");
  const body = await request<unknown>("POST", `${pathOf(model)}import/`, {
    body: file,
    headers: { "Content-Type": isCsv ? "text/csv" : "application/x-ndjson" },
    query: { dry_run: dryRun, skip: skip.join(",") || null, project: project || null },
  });
  return { rows: numberAt(body, "rows") ?? 0, problems: problemsIn(body) };
}

export async function readRow(model: string, key: RowKey, project: string): Promise<TaggedRow> {
  const { body, tag } = await requestTagged<Row>("GET", pathOf(model, key), within(project));
  return { row: body, tag };
}

export async function createRow(model: string, row: Row, project: string): Promise<Row> {
  return request<Row>("POST", pathOf(model), { body: row, ...within(project) });
}

/** Change a row; with a tag only if it is still the same. */
export async function changeRow(
  model: string,
  key: RowKey,
  change: JsonObject,
  { project, tag }: { project: string; tag: string | null },
): Promise<Row> {
  const headers: Record<string, string> = tag === null ? {} : { "If-Match": tag };
  return request<Row>("PATCH", pathOf(model, key), { body: change, headers, ...within(project) });
}

/** Delete rows, or mark them as deleted: all of them or none. */
export async function deleteRows(
  model: string,
  keys: readonly RowKey[],
  project: string,
): Promise<void> {
  const body = { delete: [...keys] };
  await request<unknown>("POST", `${pathOf(model)}batch/`, { body, ...within(project) });
}

export async function restoreRow(model: string, key: RowKey, project: string): Promise<void> {
  await request<unknown>("POST", `${pathOf(model, key)}restore/`, within(project));
}

function pathOf(model: string, key?: RowKey): string {
  const path = `data/${encodeURIComponent(model)}/`;
  return key === undefined ? path : `${path}${encodeURIComponent(String(key))}/`;
}

function within(project: string): { query: { project: string | null } } {
  return { query: { project: project || null } };
}

function narrowing(query: RowQuery): Record<string, string | null> {
  const filters = query.filters.map(({ column, comparison, value }) => [
    `${column}__${comparison}`,
    value,
  ]);
  return {
    ...Object.fromEntries(filters),
    search: query.search || null,
    ordering: query.ordering || null,
    deleted: query.deleted || null,
    project: query.project || null,
  };
}
