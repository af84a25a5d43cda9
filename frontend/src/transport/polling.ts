/** Events by asking for them, for when sockets do not come through. */

import { ApiError } from "@/api/http";
import type { UpgradeEvent } from "@/domain/events";
import type { CloseReason, Handle, Sink, Transport } from "@/transport/transport";

export interface Page {
  readonly events: readonly UpgradeEvent[];
  /** What to ask behind next time. */
  readonly nextAfter: number;
  readonly ended: boolean;
  /** How far the stage is that runs; null where that is not known. */
  readonly tick: UpgradeEvent | null;
}

export type ReadPage = (after: number | null, signal: AbortSignal) => Promise<Page>;

export const POLL_MS = 1500;

/** Make the transport that asks `read` again and again. */
export function pollingTransport(read: ReadPage, pause = POLL_MS): Transport {
  return { name: "polling", open: (after, sink) => poll(read, pause, after, sink) };
}

function poll(read: ReadPage, pause: number, from: number | null, sink: Sink): Handle {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opened = false;

  async function ask(after: number | null): Promise<void> {
    try {
      const page = await read(after, abort.signal);
      if (abort.signal.aborted) return;
      if (!opened) sink.opened();
      opened = true;
      const came = page.tick ? [...page.events, page.tick] : page.events;
      if (came.length) sink.received(came);
      if (page.ended) sink.closed({ kind: "ended" });
      else timer = setTimeout(() => void ask(page.nextAfter), page.events.length ? 0 : pause);
    } catch (error) {
      if (!abort.signal.aborted) sink.closed(reasonOf(error));
    }
  }

  void ask(from);
  return {
    close() {
      abort.abort();
      clearTimeout(timer);
    },
  };
}

function reasonOf(error: unknown): CloseReason {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) return { kind: "refused", why: "signed-out" };
  if (status === 403) return { kind: "refused", why: "forbidden" };
  if (status === 404) return { kind: "refused", why: "not-found" };
  return { kind: "lost" };
}
