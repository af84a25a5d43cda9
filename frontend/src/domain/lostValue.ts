/** Values that upgrades have changed or removed, kept aside. */

import type { Json } from "@/domain/json";

export interface LostValue {
  readonly id: number;
  readonly modelName: string;
  /** Its name after the upgrade; empty for a whole row. */
  readonly field: string;
  /** The field itself went. */
  readonly removed: boolean;
  /** Primary key of the row; of a link, the keys of both ends. */
  readonly key: Json;
  readonly value: Json;
  /** What the upgrade wrote in its place. */
  readonly became: Json;
  /** How it was lost: a kind of findings. */
  readonly finding: string;
  readonly upgradeId: string;
  readonly lostAt: number;
  readonly restoredAt: number | null;
}

/** What a list is narrowed by; empty: by nothing. */
export interface LostFilter {
  readonly model: string;
  readonly field: string;
  readonly upgrade: string;
  readonly restored: "" | "true" | "false";
}

/** What became of an attempt to put values back. */
export interface Restored {
  readonly restored: number;
  readonly refused: number;
  /** Why some were not. */
  readonly reasons: readonly {
    readonly code: string;
    readonly count: number;
    readonly message: string;
  }[];
}
