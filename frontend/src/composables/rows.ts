/** The rows of one model: as they are now, and as they change. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref, ref } from "vue";

import { ApiError } from "@/api/http";
import { changeRow, createRow, deleteRows, readRows, restoreRow, type RowKey } from "@/api/rows";
import { useLiveRows } from "@/composables/liveRows";
import type { JsonObject } from "@/domain/json";
import type { Row, RowQuery } from "@/domain/rows";

/** While nobody tells of changes, the list is asked for them. */
const REFRESH_MS = 4000;

export function useRows(
  model: string,
  query: Readonly<Ref<RowQuery>>,
  relations: Readonly<Ref<readonly string[]>>,
) {
  const client = useQueryClient();
  const key = ["rows", model];
  const project = computed(() => query.value.project);
  const refetch = (): void => void client.invalidateQueries({ queryKey: key });
  const told = useLiveRows(model, project, refetch);
  const list = useQuery({
    queryKey: [...key, query, relations],
    queryFn: () => readRows(model, query.value, relations.value),
    placeholderData: keepPreviousData,
    refetchInterval: () => (told.value ? false : REFRESH_MS),
  });
  /** What the last change was refused with. */
  const refused = ref("");

  const { mutateAsync } = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });

  /** Carry a change out; false, with the reason in `refused`, if the server would not have it. */
  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    refused.value = "";
    try {
      await mutateAsync(act);
      return true;
    } catch (error) {
      refused.value = wordsOf(error);
      return false;
    }
  }

  return {
    list,
    refused,
    create: (row: Row) => mutateAsync(() => createRow(model, row, project.value)),
    change: (of: RowKey, change: JsonObject, tag: string | null) =>
      mutateAsync(() => changeRow(model, of, change, { project: project.value, tag })),
    setCell: (of: RowKey, change: JsonObject) =>
      attempt(() => changeRow(model, of, change, { project: project.value, tag: null })),
    restore: (of: RowKey) => attempt(() => restoreRow(model, of, project.value)),
    remove: (keys: readonly RowKey[]) => attempt(() => deleteRows(model, keys, project.value)),
  };
}

/** All problems of a refusal in one line. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.problems.length) {
    return error.problems.map(({ message }) => message).join(" ");
  }
  return error instanceof Error ? error.message : String(error);
}
