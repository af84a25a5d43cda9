/** Problems of a posted definition, at the fields that have them. */

import type { Problem } from "@/api/http";

export interface ProblemsByPlace {
  /** Of the whole, and of the model's name. */
  readonly whole: readonly Problem[];
  readonly modelName: readonly Problem[];
  /** Of what stands beside the fields, by its place: "db_table", "options/ordering", "constraints/0". */
  readonly structure: ReadonlyMap<string, readonly Problem[]>;
  /** By the index of the field. */
  readonly fields: ReadonlyMap<number, readonly Problem[]>;
}

export const NO_PROBLEMS: ProblemsByPlace = {
  whole: [],
  modelName: [],
  structure: new Map(),
  fields: new Map(),
};

const STRUCTURE =
  /^\/((?:db_table|options|to_dict|unique_together|indexes|constraints)(?:\/[^/]+)?)(?:\/|$)/;
const FIELD = /^\/fields\/(\d+)(?:\/|$)/;

export function byPlace(problems: readonly Problem[]): ProblemsByPlace {
  const fields = new Map<number, Problem[]>();
  const structure = new Map<string, Problem[]>();
  const modelName: Problem[] = [];
  const whole: Problem[] = [];
  for (const problem of problems) {
    const { pointer } = problem;
    const index = FIELD.exec(pointer)?.[1];
    const place = STRUCTURE.exec(pointer)?.[1];
    if (index !== undefined) collect(fields, Number(index), problem);
    else if (place !== undefined) collect(structure, place, problem);
    else (pointer === "/model_name" ? modelName : whole).push(problem);
  }
  return { whole, modelName, structure, fields };
}

function collect<Key>(places: Map<Key, Problem[]>, key: Key, problem: Problem): void {
  places.set(key, [...(places.get(key) ?? []), problem]);
}

/** The part of the field that a problem is about: "name", "max_length"; empty for the whole field. */
export function partOf(problem: Problem): string {
  const missing = problem.code === "option_missing" ? problem.params["option"] : null;
  if (typeof missing === "string") return missing;
  const part = problem.pointer.split("/")[3] ?? "";
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
