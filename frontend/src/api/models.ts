/** Live models as the API tells them. */

import { changesFrom, definitionFieldsFrom, extrasFrom } from "@/api/definitions";
import { request } from "@/api/http";
import { moment, type Wire } from "@/api/wire";
import type { FieldDefinition } from "@/domain/definition";
import type { ModelDetail, ModelSummary, ModelVersion } from "@/domain/model";

export async function readModels(): Promise<ModelSummary[]> {
  return (await request<Wire<"ModelList">>("GET", "models/")).models.map(summaryFrom);
}

export async function readModel(name: string): Promise<ModelDetail> {
  const model = await request<Wire<"Model">>("GET", pathOf(name));
  return {
    ...summaryFrom(model),
    table: model.table,
    fields: definitionFieldsFrom(model.definition),
    extras: extrasFrom(model.definition),
  };
}

/** The versions of a model, the newest first. */
export async function readVersions(name: string): Promise<ModelVersion[]> {
  const list = await request<Wire<"VersionList">>("GET", `${pathOf(name)}versions/`);
  return list.versions.map((each) => ({
    number: each.number,
    fields: withRenames(definitionFieldsFrom(each.definition), each),
    changes: changesFrom(each.model_differences),
    deleted: each.deleted,
    operations: each.operations,
    upgradeId: each.upgrade,
    requestedBy: each.requested_by,
    createdAt: moment(each.created_at),
  }));
}

/** A version that is in force knows nothing of renames; what led to it does. */
function withRenames(fields: FieldDefinition[], version: Wire<"Version">): FieldDefinition[] {
  const former = new Map(version.differences.map(({ field, before }) => [field, before?.name]));
  return fields.map((field) => {
    const name = former.get(field.name);
    return name !== undefined && name !== field.name ? { ...field, renamedFrom: name } : field;
  });
}

function summaryFrom(wire: Wire<"ModelSummary">): ModelSummary {
  return {
    name: wire.name,
    version: wire.version,
    fieldCount: wire.fields,
    rows: wire.rows,
    updatedAt: moment(wire.updated_at),
    running: wire.running,
  };
}

function pathOf(name: string): string {
  return `models/${encodeURIComponent(name)}/`;
}
