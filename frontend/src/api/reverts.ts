/** Take an upgrade back by an upgrade. */

import { request } from "@/api/http";
import { planFrom } from "@/api/plans";
import type { Wire } from "@/api/wire";
import type { Plan } from "@/domain/plan";

/** Ask what taking it back would do. */
export async function planRevert(id: string, force: boolean): Promise<Plan> {
  const body = { force };
  return planFrom(await request<Wire<"Plan">>("POST", `${pathOf(id)}plan/`, { body }));
}

/** Take it back as planned, or start nothing; return the id of the upgrade that does it. */
export async function startRevert(id: string, force: boolean, planId: string): Promise<string> {
  const body = { force, plan_id: planId };
  return (await request<Wire<"UpgradeStarted">>("POST", pathOf(id), { body })).task_id;
}

function pathOf(id: string): string {
  return `upgrades/${encodeURIComponent(id)}/revert/`;
}
