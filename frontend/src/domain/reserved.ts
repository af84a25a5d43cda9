/** The names that carry a behavior; a field of such a name is added by one click. */

import type { JsonObject } from "@/domain/json";

export interface ReservedField {
  readonly name: string;
  readonly type: string;
  readonly options: JsonObject;
}

const USER = { to: "AUTH_USER_MODEL", on_delete: "SET_NULL", null: true, related_name: "+" };

export const RESERVED: readonly ReservedField[] = [
  { name: "create_time", type: "DateTimeField", options: { auto_now_add: true } },
  { name: "update_time", type: "DateTimeField", options: { auto_now: true } },
  { name: "create_user", type: "ForeignKey", options: USER },
  { name: "update_user", type: "ForeignKey", options: USER },
  { name: "project", type: "IntegerField", options: { null: true, db_index: true } },
  { name: "is_deleted", type: "BooleanField", options: { default: false } },
];
