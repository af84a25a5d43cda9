/** Problems of a posted definition, at the fields that have them. */

import type { Problem } from "@/api/http";

export interface ProblemsByPlace {
  /** Of the whole, and of the model's name. */
  readonly whole: readonly Problem[];
  readonly modelName: readonly Problem[];
  /** By the index of the field. */
  readonly fields: ReadonlyMap<number, readonly Problem[]>;
}

export const NO_PROBLEMS: ProblemsByPlace = { whole: [], modelName: [], fields: new Map() };

const FIELD = /^\/fields\/(\d+)(?:\/|$)/;

export function byPlace(problems: readonly Problem[]): ProblemsByPlace {
  const fields = new Map<number, Problem[]>();
  for (const problem of problems) {
    const index = FIELD.exec(problem.pointer)?.[1];
    if (index === undefined) continue;
    fields.set(Number(index), [...(fields.get(Number(index)) ?? []), problem]);
  }
  return {
    whole: problems.filter(({ pointer }) => !FIELD.test(pointer) && pointer !== "/model_name"),
    modelName: problems.filter(({ pointer }) => pointer === "/model_name"),
    fields,
  };
}

/** The part of the field that a problem is about: "name", "max_length"; empty for the whole field. */
export function partOf(problem: Problem): string {
  const missing = problem.code === "option_missing" ? problem.params["option"] : null;
  if (typeof missing === "string") return missing;
  const part = problem.pointer.split("/")[3] ?? "";
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
