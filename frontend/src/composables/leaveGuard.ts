/** Ask before unsaved changes are left behind. */

import { onScopeDispose, type Ref } from "vue";
import { onBeforeRouteLeave } from "vue-router";

/**
 * @param unsaved whether there is anything to lose.
 * @param ask asks the reader; true: leave.
 */
export function useLeaveGuard(unsaved: Readonly<Ref<boolean>>, ask: () => Promise<boolean>): void {
  onBeforeRouteLeave(async () => !unsaved.value || (await ask()));

  function beforeUnload(event: BeforeUnloadEvent): void {
    if (unsaved.value) event.preventDefault();
  }
  addEventListener("beforeunload", beforeUnload);
  onScopeDispose(() => removeEventListener("beforeunload", beforeUnload));
}
