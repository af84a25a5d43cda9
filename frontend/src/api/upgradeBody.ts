/** Plan an upgrade, and start it. */

import { fieldToWire } from "@/api/definitions";
import { ApiError, request } from "@/api/http";
import { planFrom } from "@/api/plans";
import type { Wire } from "@/api/wire";
import { type Design, fieldsOf, structureOf } from "@/domain/design";
import { isObject, type JsonObject, textAt } from "@/domain/json";
import type { Plan } from "@/domain/plan";
import { postedStructure } from "@/domain/structure";

export interface Flags {
  readonly noBackup: boolean;
  readonly noRestart: boolean;
  readonly force: boolean;
}

export const NO_FLAGS: Flags = { noBackup: false, noRestart: false, force: false };

/** Ask what the design would do. */
export async function makePlan(design: Design, flags: Flags): Promise<Plan> {
  const body = bodyOf(design, flags);
  return planFrom(await request<Wire<"Plan">>("POST", "plan/", { body }));
}

/** Start exactly what the plan says, or nothing; return the id of the upgrade. */
export async function startUpgrade(design: Design, flags: Flags, plan: Plan): Promise<string> {
  const body = { ...bodyOf(design, flags), plan_id: plan.id };
  return (await request<Wire<"UpgradeStarted">>("POST", "upgrade-model/", { body })).task_id;
}

/** The new plan that comes with the refusal of an outdated one. */
export function newPlanIn(error: unknown): Plan | null {
  const body = error instanceof ApiError && error.code === "plan_outdated" ? error.body : null;
  return isObject(body) ? planFrom(body["plan"] as unknown as Wire<"Plan">) : null;
}

/** The upgrade that is in the way of another one. */
export function runningIn(error: unknown): string | null {
  return error instanceof ApiError && error.code === "upgrade_running"
    ? textAt(error.body, "task_id")
    : null;
}

function bodyOf(design: Design, flags: Flags): JsonObject {
  return {
    ...definitionOf(design),
    base_version: design.baseVersion,
    no_backup: flags.noBackup,
    no_restart: flags.noRestart,
    force: flags.force,
  };
}

function definitionOf(design: Design): JsonObject {
  const { modelName, formerModelName } = design;
  if (design.deleted) return { model_name: formerModelName, delete: true };
  const isRenamed = formerModelName !== "" && formerModelName !== modelName;
  const isSame = design.extras === design.formerExtras;
  return {
    ...(isSame ? {} : postedStructure(design.formerExtras, structureOf(design))),
    ...(isRenamed ? { renamed_from: formerModelName } : {}),
    model_name: modelName,
    fields: fieldsOf(design).map(fieldToWire),
  };
}
