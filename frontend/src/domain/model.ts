/** Live models, and what they have been. */

import type { FieldDefinition } from "@/domain/definition";
import type { JsonObject } from "@/domain/json";
import type { ModelChange } from "@/domain/structure";

export interface ModelSummary {
  readonly name: string;
  readonly version: number;
  readonly fieldCount: number;
  /** Null: its table is not there. */
  readonly rows: { readonly count: number; readonly exact: boolean } | null;
  readonly updatedAt: number;
  /** The upgrade of it that is under way. */
  readonly running: string | null;
}

export interface ModelDetail extends ModelSummary {
  readonly table: string;
  readonly fields: readonly FieldDefinition[];
  /** What the definition says beside its fields: options, indexes, constraints and the like. */
  readonly extras: JsonObject;
}

export interface ModelVersion {
  readonly number: number;
  readonly fields: readonly FieldDefinition[];
  /** To the version before, beside the fields. */
  readonly changes: readonly ModelChange[];
  /** The model was deleted with it. */
  readonly deleted: boolean;
  readonly operations: readonly string[];
  readonly upgradeId: string | null;
  readonly requestedBy: string | null;
  readonly createdAt: number;
}
