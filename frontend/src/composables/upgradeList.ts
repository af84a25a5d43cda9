/** All upgrades, the newest first, as they go on. */

import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, onScopeDispose, readonly, type Ref, ref, watch } from "vue";

import { readUpgrades, type UpgradeFilter, type UpgradesPage } from "@/api/upgrades";
import { sessionEnded, signIns } from "@/composables/session";
import type { UpgradeEvent } from "@/domain/events";
import { followAll } from "@/domain/upgrade";
import { Connection, type ConnectionState } from "@/transport/connection";
import { pollingTransport } from "@/transport/polling";
import { socketTransport } from "@/transport/socket";

const KEY = "upgrades";
const POLL_MS = 3000;
type Pages = InfiniteData<UpgradesPage, string | null>;

export function useUpgradeList(filter: Readonly<Ref<UpgradeFilter>>) {
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: [KEY, filter],
    queryFn: ({ pageParam }) => readUpgrades(filter.value, pageParam),
    placeholderData: (before) => before,
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextBefore,
    refetchOnWindowFocus: false,
  });
  const state = ref<ConnectionState>({ kind: "connecting" });
  let position: number | null = null;

  const refetch = async (): Promise<void> => client.invalidateQueries({ queryKey: [KEY] });

  function received(events: readonly UpgradeEvent[]): void {
    for (const event of events) position = Math.max(position ?? 0, event.position ?? 0) || position;
    let unknown = false;
    client.setQueryData<Pages>([KEY, filter.value], (data) => {
      if (!data) return data;
      const found = followAll(
        data.pages.flatMap((page) => page.upgrades),
        events,
      );
      unknown = found.unknown;
      const byId = new Map(found.upgrades.map((each) => [each.id, each]));
      const pages = data.pages.map((page) => ({
        ...page,
        upgrades: page.upgrades.map((each) => byId.get(each.id) ?? each),
      }));
      return { ...data, pages };
    });
    // Ticks of older upgrades, which are on no page that was loaded, are not worth asking for.
    if (unknown && events.some((each) => each.kind === "upgrade.queued")) void refetch();
  }

  function connect(): Connection {
    return new Connection({
      socket: socketTransport("/ws/lowcode/upgrades/", { ends: false }),
      polling: pollingTransport(async () => {
        await refetch();
        return { events: [], nextAfter: 0, ended: false, tick: null };
      }, POLL_MS),
      after: () => position,
      received,
      changed(next) {
        state.value = next;
        // What came between the list and the socket is in neither.
        if (next.kind === "live" && position === null) void refetch();
        if (next.kind === "refused" && next.why === "signed-out") sessionEnded();
      },
    });
  }

  let connection = connect();
  const retry = (): void => connection.retryNow();
  addEventListener("online", retry);
  watch(signIns, () => {
    connection.stop();
    connection = connect();
  });
  onScopeDispose(() => {
    removeEventListener("online", retry);
    connection.stop();
  });

  const upgrades = computed(() => query.data.value?.pages.flatMap((page) => page.upgrades) ?? []);
  return { query, upgrades, connection: readonly(state), reconnect: retry };
}
