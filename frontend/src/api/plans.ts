/** Plans, operations and findings as the API tells them. */

import type { Wire } from "@/api/wire";
import type { Finding, Operation, Plan } from "@/domain/plan";

export function planFrom(wire: Wire<"Plan">): Plan {
  return {
    id: wire.plan_id,
    modelName: wire.model_name,
    baseVersion: wire.base_version,
    operations: wire.operations.map(operationFrom),
    findings: wire.findings.map(findingFrom),
    rows: wire.rows,
    waitSeconds: wire.estimate?.seconds ?? null,
    waitMessage: wire.estimate?.message ?? null,
    error: wire.error ? { code: wire.error.code, message: wire.error.message } : null,
  };
}

function operationFrom(wire: Wire<"CostedOperation">): Operation {
  return {
    text: wire.operation,
    phase: wire.phase,
    sql: wire.sql,
    lock: wire.lock,
    rewrites: wire.rewrites ?? false,
    seconds: wire.seconds,
  };
}

export function plannedFrom(wire: Wire<"PlannedOperation">): Operation {
  const { operation, phase, sql } = wire;
  return { text: operation, phase, sql, lock: null, rewrites: false, seconds: null };
}

export function findingFrom(wire: Wire<"Finding">): Finding {
  return {
    kind: wire.kind,
    field: wire.field,
    count: wire.count,
    samples: wire.samples as Finding["samples"],
    lossy: wire.lossy,
    forceable: wire.forceable,
    message: wire.message,
  };
}
