/** Lost values, narrowed as the address says, and their way back. */

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/vue-query";
import { computed, type ComputedRef, ref, shallowRef } from "vue";
import { useRoute, useRouter } from "vue-router";

import { readLostValues, restoreLostValues } from "@/api/lostValues";
import { wordsOf } from "@/composables/rows";
import type { LostFilter, Restored } from "@/domain/lostValue";

export function useLostFilter(): {
  filter: ComputedRef<LostFilter>;
  narrow: (change: Partial<LostFilter>) => Promise<void>;
} {
  const route = useRoute();
  const router = useRouter();
  const text = (name: string): string => String(route.query[name] ?? "");
  const filter = computed<LostFilter>(() => {
    const restored = text("restored");
    return {
      model: text("model"),
      field: text("field"),
      upgrade: text("upgrade"),
      restored: restored === "true" || restored === "false" ? restored : "",
    };
  });
  async function narrow(change: Partial<LostFilter>): Promise<void> {
    const given = Object.entries({ ...filter.value, ...change }).filter(([, value]) => value);
    await router.replace({ query: Object.fromEntries(given) });
  }
  return { filter, narrow };
}

export function useLostValues(filter: ComputedRef<LostFilter>) {
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: ["lost-values", filter],
    queryFn: ({ pageParam }) => readLostValues(filter.value, pageParam),
    placeholderData: (before) => before,
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.nextBefore,
  });
  const values = computed(() => query.data.value?.pages.flatMap((page) => page.values) ?? []);
  const total = computed(() => query.data.value?.pages[0]?.total ?? 0);

  /** What became of the last attempt, and what it was refused with. */
  const outcome = shallowRef<Restored | null>(null);
  const refused = ref("");
  const { mutate, isPending: isRestoring } = useMutation({
    mutationFn: ({ ids, overwrite }: { ids: readonly number[]; overwrite: boolean }) =>
      restoreLostValues(ids.length ? { ids } : { filter: filter.value }, overwrite),
    onMutate: () => {
      outcome.value = null;
      refused.value = "";
    },
    onSuccess: (found) => (outcome.value = found),
    onError: (error) => (refused.value = wordsOf(error)),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["lost-values"] }),
        client.invalidateQueries({ queryKey: ["rows"] }),
      ]),
  });
  return { query, values, total, outcome, refused, restore: mutate, isRestoring };
}
