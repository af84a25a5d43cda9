/** Upgrades as the API tells them. */

import { request } from "@/api/http";
import { changesFrom, definitionFieldsFrom } from "@/api/definitions";
import { findingFrom, plannedFrom } from "@/api/plans";
import { moment, type Wire } from "@/api/wire";
import { eventFrom, TICK, type UpgradeEvent } from "@/domain/events";
import type { StageState } from "@/domain/run";
import type { UpgradeDetail, UpgradeSummary } from "@/domain/upgrade";
import type { Page } from "@/transport/polling";

export interface UpgradesPage {
  readonly upgrades: readonly UpgradeSummary[];
  /** What to ask for the next page; null: this is the last. */
  readonly nextBefore: string | null;
}

const STAGE_STATES: Readonly<Record<Wire<"StageState">["state"], StageState>> = {
  pending: "pending",
  running: "running",
  success: "succeeded",
  skipped: "skipped",
  failed: "failed",
  cancelled: "cancelled",
};

/** What lists are narrowed by; empty: by nothing. */
export interface UpgradeFilter {
  readonly state: string;
  readonly model: string;
}

const PAGE = 30;

export async function readUpgrades(
  filter: UpgradeFilter,
  before: string | null,
): Promise<UpgradesPage> {
  // A queued one is under way to people.
  const state = filter.state === "running" ? "queued,running" : filter.state;
  const query = { limit: PAGE, before, state: state || null, model: filter.model || null };
  const page = await request<Wire<"UpgradePage">>("GET", "upgrades/", { query });
  return { upgrades: page.upgrades.map(summaryFrom), nextBefore: page.next_before };
}

export async function readUpgrade(id: string): Promise<UpgradeDetail> {
  return detailFrom(await request<Wire<"UpgradeDetail">>("GET", pathOf(id)));
}

/** Cancel an upgrade; it ends at once, or with the stage at hand. */
export async function cancelUpgrade(id: string): Promise<void> {
  await request<Wire<"UpgradeCancelled">>("POST", `${pathOf(id)}cancel/`);
}

/** Ask once more for what came to nothing; return the id of the new upgrade. */
export async function retryUpgrade(id: string): Promise<string> {
  return (await request<Wire<"UpgradeStarted">>("POST", `${pathOf(id)}retry/`)).task_id;
}

export async function readEvents(id: string, after: number, signal: AbortSignal): Promise<Page> {
  const path = `${pathOf(id)}events/`;
  const body = await request<Wire<"UpgradeEvents">>("GET", path, { query: { after }, signal });
  return {
    events: body.events.map(eventFrom).filter((each): each is UpgradeEvent => each !== null),
    nextAfter: body.next_after,
    ended: body.ended,
    tick: tickFrom(body.task_id, body.progress),
  };
}

/** What a stage has told last, as the tick that sockets carry. */
function tickFrom(taskId: string, progress: Wire<"Progress"> | null): UpgradeEvent | null {
  if (!progress) return null;
  const { stage, at, message, ...payload } = progress;
  return eventFrom({ task_id: taskId, kind: TICK, stage, at, message, payload });
}

export function summaryFrom(wire: Wire<"UpgradeStatus">): UpgradeSummary {
  return {
    id: wire.task_id,
    modelName: wire.model_name,
    state: wire.state,
    stages: wire.stages.map(({ name, state }) => ({ name, state: STAGE_STATES[state] })),
    percent: wire.progress?.percent ?? null,
    requestedBy: wire.requested_by,
    createdAt: moment(wire.created_at),
    finishedAt: moment(wire.finished_at),
    error: wire.error ?? null,
    force: wire.force,
    noBackup: wire.no_backup,
    noRestart: wire.no_restart,
    lastSequence: wire.last_sequence,
  };
}

function detailFrom(wire: Wire<"UpgradeDetail">): UpgradeDetail {
  return {
    ...summaryFrom(wire),
    findings: wire.findings.map(findingFrom),
    database: wire.database,
    operations: wire.operations?.map(plannedFrom) ?? null,
    definition: definitionFieldsFrom(wire.definition),
    former: wire.from_definition ? definitionFieldsFrom(wire.from_definition) : [],
    changes: changesFrom(wire.model_differences),
    fromVersion: wire.from_version,
    toVersion: wire.version,
    tick: tickFrom(wire.task_id, wire.progress),
    warnings: wire.warnings.map((each) => each.message),
    cancelRequested: wire.cancel_requested_at !== null,
    cancelledBy: wire.cancelled_by,
    retryOf: wire.retry_of,
    canCancel: wire.can_cancel,
    canRetry: wire.can_retry,
  };
}

function pathOf(id: string): string {
  return `upgrades/${encodeURIComponent(id)}/`;
}
