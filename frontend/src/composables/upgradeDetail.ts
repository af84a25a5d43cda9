/** What is known of one upgrade beside its log, read again whenever the log says that it has changed. */

import { useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, watch } from "vue";

import { readUpgrade } from "@/api/upgrades";
import { useUpgradeRun } from "@/composables/upgradeRun";
import { receiveBeside } from "@/domain/log";

/** Events that only tell how far a stage is. */
const PROGRESS = "stage.progress";

export function useUpgradeDetail(id: string) {
  const client = useQueryClient();
  const key = ["upgrade", id];
  const query = useQuery({ queryKey: key, queryFn: () => readUpgrade(id) });
  const run = useUpgradeRun(id);
  const turns = computed(
    () => run.log.value.events.filter((each) => each.kind !== PROGRESS).length,
  );

  watch(turns, () => void client.invalidateQueries({ queryKey: key }));

  const state = computed(() => {
    const { events, run: told } = run.log.value;
    return events.length ? told.state : (query.data.value?.state ?? "queued");
  });
  // The socket tells how far a stage is when that changes next, which may take long.
  const log = computed(() => receiveBeside(run.log.value, query.data.value?.tick ?? null));
  return { query, ...run, log, state };
}
