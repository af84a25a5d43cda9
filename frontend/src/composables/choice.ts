/** Which rows of a table are chosen: one by one, or all that can be. */

import { computed, type Ref } from "vue";

export function useChoice<Key>(chosen: Ref<ReadonlySet<Key>>, keys: () => readonly Key[]) {
  const all = computed(() => keys().length > 0 && keys().every((key) => chosen.value.has(key)));

  function choose(key: Key, on: boolean): void {
    const next = new Set(chosen.value);
    if (on) next.add(key);
    else next.delete(key);
    chosen.value = next;
  }

  function chooseAll(on: boolean): void {
    chosen.value = new Set(on ? keys() : []);
  }

  return { all, choose, chooseAll };
}
