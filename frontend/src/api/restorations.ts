/** Restorations as the API tells them. */

import { request } from "@/api/http";
import { moment, type Wire } from "@/api/wire";
import type { Restoration, RestoreStage } from "@/domain/restoration";

/** A restoration that was asked for, and the key that reads it when the session is gone. */
export interface Started {
  readonly id: string;
  readonly key: string;
}

/** Have the whole database replaced by a backup. */
export async function startRestoration(name: string, safetyBackup: boolean): Promise<Started> {
  const path = `backups/${encodeURIComponent(name)}/restore/`;
  const body = { confirm: name, safety_backup: safetyBackup };
  const started = await request<Wire<"RestorationStarted">>("POST", path, { body });
  return { id: started.restoration_id, key: started.read_key };
}

/** Read how a restoration stands: by its key, or by the session. */
export async function readRestoration(id: string, key: string | null): Promise<Restoration> {
  const path = `restorations/${encodeURIComponent(id)}/`;
  const options = key ? { headers: { Authorization: `Restoration ${key}` } } : {};
  return restorationFrom(await request<Wire<"Restoration">>("GET", path, options));
}

export function restorationFrom(wire: Wire<"Restoration">): Restoration {
  return {
    id: wire.restoration_id,
    backup: wire.backup,
    state: wire.state,
    percent: wire.percent,
    stages: wire.stages.map(stageFrom),
    transactional: wire.transactional,
    safetyBackup: wire.safety_backup,
    requestedBy: wire.requested_by,
    requestedAt: moment(wire.requested_at),
    error: wire.error,
    warnings: wire.warnings.map((each) => each.message),
  };
}

function stageFrom({ name, state }: Wire<"RestorationStage">): RestoreStage {
  return { name, state: state === "success" ? "succeeded" : state };
}
