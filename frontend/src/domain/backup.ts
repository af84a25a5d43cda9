/** A copy of the whole database. What is null is not on record. */

export interface Backup {
  readonly name: string;
  readonly size: number;
  readonly sha256: string | null;
  readonly createdAt: number | null;
  /** When it was last read through and found whole. */
  readonly verifiedAt: number | null;
  readonly upgradeId: string | null;
  readonly modelName: string | null;
  /** What restores it, on the server. */
  readonly restoreCommand: string;
}
