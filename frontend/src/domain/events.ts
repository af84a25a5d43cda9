/** One line of an upgrade's log. The log is canonical: whatever a page shows is derived from it. */

import { isObject, type JsonObject, numberAt, textAt } from "@/domain/json";

export const STAGES = ["validate", "backup", "migrate", "restart"] as const;
export type StageName = (typeof STAGES)[number];

export interface UpgradeEvent {
  readonly taskId: string;
  /** 1, 2, 3 … within one upgrade; null for a tick, which is in no log. */
  readonly sequence: number | null;
  /** 1, 2, 3 … over all upgrades; null for a tick. */
  readonly position: number | null;
  readonly kind: string;
  readonly stage: StageName | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly payload: JsonObject;
  readonly message: string | null;
}

export const TICK = "stage.tick";

/** Kinds after which nothing follows, and the state that each leaves. */
export const ENDS = {
  "upgrade.succeeded": "succeeded",
  "upgrade.failed": "failed",
  "upgrade.cancelled": "cancelled",
} as const;

export function isEnd(kind: string): kind is keyof typeof ENDS {
  return kind in ENDS;
}

export function isStage(name: unknown): name is StageName {
  return STAGES.some((each) => each === name);
}

/** Read an event from the wire; null for what is none. */
export function eventFrom(wire: unknown): UpgradeEvent | null {
  const taskId = textAt(wire, "task_id");
  const kind = textAt(wire, "kind");
  if (taskId === null || kind === null || !isObject(wire)) return null;
  const stage = wire["stage"];
  const payload = wire["payload"];
  return {
    taskId,
    sequence: numberAt(wire, "sequence"),
    position: numberAt(wire, "position"),
    kind,
    stage: isStage(stage) ? stage : null,
    at: Date.parse(textAt(wire, "at") ?? ""),
    payload: isObject(payload) ? payload : {},
    message: textAt(wire, "message"),
  };
}
