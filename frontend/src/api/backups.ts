/** Backups as the API tells them. */

import { addressOf, request } from "@/api/http";
import { restorationFrom } from "@/api/restorations";
import { moment, type Wire } from "@/api/wire";
import type { Backup, BackupList } from "@/domain/backup";

export async function readBackups(): Promise<BackupList> {
  const { backups, restoration } = await request<Wire<"BackupList">>("GET", "backups/");
  return {
    backups: backups.map(backupFrom),
    restoration: restoration && restorationFrom(restoration),
  };
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
    engine: wire.engine,
    database: wire.database,
    createdAt: moment(wire.created_at),
    verifiedAt: moment(wire.verified_at),
    upgradeId: wire.upgrade,
    modelName: wire.model_name,
    canDownload: wire.can_download,
    canRestore: wire.can_restore,
    restoreCommand: wire.restore_command,
  };
}

function pathOf(name: string): string {
  return `backups/${encodeURIComponent(name)}/`;
}
