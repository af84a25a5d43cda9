/** Backups as the API tells them. */

import { addressOf, request } from "@/api/http";
import { moment, type Wire } from "@/api/wire";
import type { Backup } from "@/domain/backup";

export async function readBackups(): Promise<Backup[]> {
  return (await request<Wire<"BackupList">>("GET", "backups/")).backups.map(backupFrom);
}

/** Read a backup through and compare its checksum; takes as long as the disk does. */
export async function verifyBackup(name: string): Promise<void> {
  await request<Wire<"Backup">>("POST", `${pathOf(name)}verify/`);
}

/** Where the file is. */
export function downloadAddress(name: string): string {
  return addressOf(`${pathOf(name)}download/`);
}

function backupFrom(wire: Wire<"Backup">): Backup {
  return {
    name: wire.name,
    size: wire.size,
    sha256: wire.sha256,
    createdAt: moment(wire.created_at),
    verifiedAt: moment(wire.verified_at),
    upgradeId: wire.upgrade,
    modelName: wire.model_name,
    restoreCommand: wire.restore_command,
  };
}

function pathOf(name: string): string {
  return `backups/${encodeURIComponent(name)}/`;
}
