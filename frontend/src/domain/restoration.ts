/** The restore of a backup, by what the server writes down beside the backups. */

import type { StageState } from "@/domain/run";

export const RESTORE_STAGES = ["check", "safety_backup", "restore", "reload"] as const;
export type RestoreStageName = (typeof RESTORE_STAGES)[number];

export type RestorationState = "queued" | "running" | "succeeded" | "failed" | "interrupted";

export interface RestoreStage {
  readonly name: RestoreStageName;
  readonly state: StageState;
}

export interface Restoration {
  readonly id: string;
  readonly backup: string;
  readonly state: RestorationState;
  readonly percent: number;
  readonly stages: readonly RestoreStage[];
  /** Whether the database is replaced as a whole or not at all. */
  readonly transactional: boolean;
  /** Name of the backup of the state before; null as long as there is none. */
  readonly safetyBackup: string | null;
  readonly requestedBy: string;
  readonly requestedAt: number;
  /** What went wrong, and what is true of the database now. */
  readonly error: string | null;
  readonly warnings: readonly string[];
}

export function isUnderWay(restoration: Restoration): boolean {
  return restoration.state === "queued" || restoration.state === "running";
}

/** How it looks as the state of something that runs. */
export function shownState({ state }: Restoration): "queued" | "running" | "succeeded" | "failed" {
  return state === "interrupted" ? "failed" : state;
}
