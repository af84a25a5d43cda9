/** How events come to the page. A socket, polling and a fake do it; `connection.ts` chooses. */

import type { UpgradeEvent } from "@/domain/events";

export type CloseReason =
  /** The upgrade has ended and its last event has come. */
  | { kind: "ended" }
  /** Trying again would not help. */
  | { kind: "refused"; why: "signed-out" | "forbidden" | "not-found" }
  /** The connection is gone, or could not be made. */
  | { kind: "lost" };

export interface Sink {
  /** It works: events come from now on. */
  opened(): void;
  received(events: readonly UpgradeEvent[]): void;
  /** Called once at the most; nothing follows. */
  closed(reason: CloseReason): void;
}

export interface Handle {
  /** Stop; the sink hears nothing more. */
  close(): void;
}

export interface Transport {
  readonly name: "socket" | "polling" | "fake";
  /** Deliver what is behind `after`, then what comes. Null: only what comes. */
  open(after: number | null, sink: Sink): Handle;
}
