/** A copy of the whole database. What is null is not on record. */

import type { Restoration } from "@/domain/restoration";

export interface Backup {
  readonly name: string;
  readonly size: number;
  readonly sha256: string | null;
  readonly engine: "sqlite" | "postgresql" | "mysql" | null;
  readonly createdAt: number | null;
  /** When it was last read through and found whole. */
  readonly verifiedAt: number | null;
  readonly upgradeId: string | null;
  readonly modelName: string | null;
  /** Alias of the database that it is of. */
  readonly database: string | null;
  readonly canDownload: boolean;
  readonly canRestore: boolean;
  /** What restores it, on the server. */
  readonly restoreCommand: string;
}

/** Whether it holds users and sessions, which are in the site's own database. */
export function holdsUsers({ database }: Backup): boolean {
  return database === "default";
}

export interface BackupList {
  readonly backups: readonly Backup[];
  /** The restoration that was asked for last. */
  readonly restoration: Restoration | null;
}
