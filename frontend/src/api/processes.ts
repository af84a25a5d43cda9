/** The processes that live. */

import { request } from "@/api/http";
import { moment, type Wire } from "@/api/wire";
import type { Process, Processes } from "@/domain/process";

export async function readProcesses(): Promise<Processes> {
  const list = await request<Wire<"ProcessList">>("GET", "processes/");
  return { generation: list.generation, processes: list.processes.map(processFrom) };
}

function processFrom(wire: Wire<"Process">): Process {
  return {
    id: wire.id,
    kind: wire.kind,
    host: wire.host,
    pid: wire.pid,
    incarnation: wire.incarnation,
    generation: wire.generation,
    startedAt: moment(wire.started_at),
    lastSeenAt: moment(wire.last_seen_at),
    state: stateOf(wire),
  };
}

function stateOf(wire: Wire<"Process">): Process["state"] {
  if (!wire.alive) return "silent";
  if (wire.restarting) return "restarting";
  return wire.behind ? "behind" : "current";
}
