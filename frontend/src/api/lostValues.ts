/** What upgrades have taken from rows: look it up, take it along, put it back. */

import { addressOf, request } from "@/api/http";
import { moment, type Wire } from "@/api/wire";
import type { Json, JsonObject } from "@/domain/json";
import type { LostFilter, LostValue, Restored } from "@/domain/lostValue";

export interface LostPage {
  readonly values: readonly LostValue[];
  readonly total: number;
  /** What to ask for the next page; null: this is the last. */
  readonly nextBefore: number | null;
}

const PATH = "lost-values/";
const PAGE = 50;

export async function readLostValues(
  filter: LostFilter,
  before: number | null,
  limit = PAGE,
): Promise<LostPage> {
  const query = { ...narrowing(filter), limit, before };
  const page = await request<Wire<"LostValuePage">>("GET", PATH, { query });
  return {
    values: page.lost_values.map(lostValueFrom),
    total: page.total,
    nextBefore: page.next_before,
  };
}

/** Where all that the filter finds is, as a file. */
export function exportLostAddress(filter: LostFilter, form: "csv" | "jsonl"): string {
  return addressOf(`${PATH}export/`, { ...narrowing(filter), format: form });
}

/** Put values back: these, or all that the filter finds. */
export async function restoreLostValues(
  which: { ids: readonly number[] } | { filter: LostFilter },
  overwrite: boolean,
): Promise<Restored> {
  const body: JsonObject = { ...whichOf(which), overwrite };
  const found = await request<Wire<"Restored">>("POST", `${PATH}restore/`, { body });
  return { restored: found.restored, refused: found.refused, reasons: found.reasons };
}

function whichOf(which: { ids: readonly number[] } | { filter: LostFilter }): JsonObject {
  if ("ids" in which) return { ids: [...which.ids] };
  const { model, field, upgrade } = which.filter;
  return Object.fromEntries(Object.entries({ model, field, upgrade }).filter(([, value]) => value));
}

function narrowing(filter: LostFilter): Record<string, string | null> {
  return Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, value || null]));
}

function lostValueFrom(wire: Wire<"LostValue">): LostValue {
  return {
    id: wire.id,
    modelName: wire.model,
    field: wire.field,
    removed: wire.removed,
    key: wire.key as Json,
    value: wire.value as Json,
    became: wire.became as Json,
    finding: wire.finding,
    upgradeId: wire.upgrade,
    lostAt: moment(wire.created_at),
    restoredAt: moment(wire.restored_at),
  };
}
