/** A bell that rings when rows of a model have changed; while it cannot be heard, the list is asked. */

import { onScopeDispose, type Ref, ref, watch } from "vue";

import { signIns } from "@/composables/session";
import { bell } from "@/transport/bell";

/**
 * @param ring is called when rows may have changed.
 * @returns whether changes are told, so that nobody needs to ask.
 */
export function useLiveRows(
  model: string,
  project: Readonly<Ref<string>>,
  ring: () => void,
): Readonly<Ref<boolean>> {
  const heard = ref(false);
  const open = (): (() => void) =>
    bell(`/ws/lowcode/data/${encodeURIComponent(model)}/`, project.value, {
      ring,
      heard: (now) => (heard.value = now),
    });
  let close = open();
  watch([signIns, project], () => {
    close();
    close = open();
  });
  onScopeDispose(() => close());
  return heard;
}
