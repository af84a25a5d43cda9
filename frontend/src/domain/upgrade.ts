/** An upgrade as lists show it, and how events change it. */

import type { FieldDefinition } from "@/domain/definition";
import { ENDS, isEnd, type StageName, STAGES, TICK, type UpgradeEvent } from "@/domain/events";
import { numberAt } from "@/domain/json";
import type { Finding, Operation } from "@/domain/plan";
import type { RunState, StageState } from "@/domain/run";
import type { ModelChange } from "@/domain/structure";

export interface UpgradeSummary {
  readonly id: string;
  readonly modelName: string;
  readonly state: RunState;
  readonly stages: readonly { readonly name: StageName; readonly state: StageState }[];
  /** Of the stage that runs; null where it is not known. */
  readonly percent: number | null;
  readonly requestedBy: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  /** Why it failed. */
  readonly error: string | null;
  readonly force: boolean;
  readonly noBackup: boolean;
  readonly noRestart: boolean;
  /** Events up to this one are in here. */
  readonly lastSequence: number;
}

export const NO_STAGES: UpgradeSummary["stages"] = STAGES.map((name) => ({
  name,
  state: "pending",
}));

const STAGE_AFTER: Readonly<Record<string, StageState>> = {
  "stage.started": "running",
  "stage.resumed": "running",
  "stage.succeeded": "succeeded",
  "stage.skipped": "skipped",
  "stage.failed": "failed",
};

/** Apply an event to the upgrade that it is about; older ones than are in it change nothing. */
export function follow(upgrade: UpgradeSummary, event: UpgradeEvent): UpgradeSummary {
  if (event.kind === TICK) {
    const ended = upgrade.finishedAt !== null;
    return ended ? upgrade : { ...upgrade, percent: numberAt(event.payload, "percent") };
  }
  if (event.sequence === null || event.sequence <= upgrade.lastSequence) return upgrade;
  const next = { ...upgrade, lastSequence: event.sequence };
  if (isEnd(event.kind)) {
    return { ...next, state: ENDS[event.kind], finishedAt: event.at, error: event.message };
  }
  const state = STAGE_AFTER[event.kind];
  if (event.kind === "stage.progress")
    return { ...next, percent: numberAt(event.payload, "percent") };
  if (!state || !event.stage) return next;
  return { ...next, state: "running", percent: null, stages: withStage(next, event.stage, state) };
}

function withStage(
  upgrade: UpgradeSummary,
  name: StageName,
  state: StageState,
): UpgradeSummary["stages"] {
  return upgrade.stages.map((each) => (each.name === name ? { name, state } : each));
}

/** Apply events to a list; `unknown` tells whether one is about an upgrade that is not in it. */
export function followAll(
  upgrades: readonly UpgradeSummary[],
  events: readonly UpgradeEvent[],
): { upgrades: readonly UpgradeSummary[]; unknown: boolean } {
  const known = new Map(upgrades.map((each) => [each.id, each]));
  let unknown = false;
  for (const event of events) {
    const upgrade = known.get(event.taskId);
    if (upgrade) known.set(event.taskId, follow(upgrade, event));
    else unknown = true;
  }
  return { upgrades: [...known.values()], unknown };
}

/** An upgrade with all there is to know of it. */
export interface UpgradeDetail extends UpgradeSummary {
  readonly findings: readonly Finding[];
  /** Alias of the database that holds the table. */
  readonly database: string;
  /** Null: not planned yet. */
  readonly operations: readonly Operation[] | null;
  /** What was asked for. */
  readonly definition: readonly FieldDefinition[];
  /** What was in force before; empty for a new model. */
  readonly former: readonly FieldDefinition[];
  /** What was asked for beside the fields. */
  readonly changes: readonly ModelChange[];
  /** 0 for a new model. */
  readonly fromVersion: number;
  /** The version it has made. */
  readonly toVersion: number | null;
  /** What the stage that runs had told last; null where that is not known. */
  readonly tick: UpgradeEvent | null;
  readonly warnings: readonly string[];
  /** It ends with the stage at hand, or has ended so. */
  readonly cancelRequested: boolean;
  readonly cancelledBy: string | null;
  /** The upgrade that this one does once more. */
  readonly retryOf: string | null;
  readonly canCancel: boolean;
  readonly canRetry: boolean;
}
