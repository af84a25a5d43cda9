/** The live log of one upgrade. */

import { onScopeDispose, readonly, type Ref, ref, shallowRef, watch } from "vue";

import { readEvents } from "@/api/upgrades";
import { sessionEnded, signIns } from "@/composables/session";
import type { UpgradeEvent } from "@/domain/events";
import { EMPTY_LOG, lastSequence, receive, type UpgradeLog } from "@/domain/log";
import { Connection, type ConnectionState } from "@/transport/connection";
import { pollingTransport } from "@/transport/polling";
import { socketTransport } from "@/transport/socket";

export interface UpgradeRun {
  readonly log: Readonly<Ref<UpgradeLog>>;
  readonly connection: Readonly<Ref<ConnectionState>>;
  /** Try again at once. */
  reconnect(): void;
}

/** Follow an upgrade until it ends, or the page is left. */
export function useUpgradeRun(id: string): UpgradeRun {
  const log = shallowRef(EMPTY_LOG);
  const state = ref<ConnectionState>({ kind: "connecting" });
  const batch = new FrameBatch((events) => (log.value = receive(log.value, events)));

  function connect(): Connection {
    return new Connection({
      socket: socketTransport(`/ws/lowcode/upgrades/${id}/`, { ends: true }),
      polling: pollingTransport((after, signal) => readEvents(id, after ?? 0, signal)),
      after() {
        batch.flush();
        return lastSequence(log.value);
      },
      received: (events) => batch.add(events),
      changed(next) {
        state.value = next;
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
    batch.stop();
  });
  return { log, connection: readonly(state), reconnect: retry };
}

/** Collect what comes within one frame, so that a burst of events is one rendering. */
class FrameBatch {
  private events: UpgradeEvent[] = [];
  private frame = 0;

  constructor(private readonly apply: (events: readonly UpgradeEvent[]) => void) {}

  add(events: readonly UpgradeEvent[]): void {
    this.events.push(...events);
    // A page in the background draws no frames.
    if (document.hidden) this.flush();
    else this.frame ||= requestAnimationFrame(() => this.flush());
  }

  flush(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (!this.events.length) return;
    const events = this.events;
    this.events = [];
    this.apply(events);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }
}
