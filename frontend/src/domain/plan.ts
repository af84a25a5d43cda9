/** What an upgrade would do, or has done: operations, and findings about the data. */

import type { Json } from "@/domain/json";

export interface Sample {
  readonly key: Json;
  readonly before: Json;
  readonly after: Json;
}

export interface Finding {
  readonly kind: string;
  readonly field: string;
  readonly count: number;
  readonly samples: readonly Sample[];
  readonly lossy: boolean;
  readonly forceable: boolean;
  readonly message: string;
}

export type Phase = "expand" | "swap" | "contract";
export type Lock = "none" | "writers" | "everybody";

export interface Operation {
  readonly text: string;
  readonly phase: Phase | null;
  readonly sql: readonly string[];
  readonly lock: Lock | null;
  readonly rewrites: boolean;
  /** Null: not measured. */
  readonly seconds: number | null;
}

export interface PlanError {
  readonly code: string;
  readonly message: string;
}

export interface Plan {
  readonly id: string;
  readonly modelName: string;
  readonly baseVersion: number;
  readonly operations: readonly Operation[];
  readonly findings: readonly Finding[];
  /** Null: not known. */
  readonly rows: number | null;
  /** How long writers would wait; null: not known. */
  readonly waitSeconds: number | null;
  readonly waitMessage: string | null;
  /** What the upgrade would fail with; null: nothing stands against it. */
  readonly error: PlanError | null;
}

/** Whether force would get the plan past its findings. */
export function forceHelps(plan: Plan): boolean {
  const lossy = plan.findings.filter((each) => each.lossy);
  return plan.error !== null && lossy.length > 0 && lossy.every((each) => each.forceable);
}
