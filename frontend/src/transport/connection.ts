/**
 * Keep events coming: by the socket; after a loss again with back-off, behind the last event that was
 * seen; by polling while the socket does not come through, which is tried again meanwhile.
 */

import type { UpgradeEvent } from "@/domain/events";
import type { CloseReason, Handle, Transport } from "@/transport/transport";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "polling" }
  /** `retryAt`: milliseconds since the epoch. */
  | { kind: "waiting"; retryAt: number }
  | { kind: "ended" }
  | { kind: "refused"; why: "signed-out" | "forbidden" | "not-found" };

export interface Following {
  readonly socket: Transport;
  readonly polling: Transport;
  /** What to go on behind; asked at each opening. */
  after(): number | null;
  received(events: readonly UpgradeEvent[]): void;
  changed(state: ConnectionState): void;
  /** Between 0 and 1, to keep many pages from coming back in one moment. */
  random?(): number;
}

/** Losses of the socket in a row after which the page polls. */
const PATIENCE = 2;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** While polling, the socket is tried again this often. */
const SOCKET_AGAIN = 30_000;

export class Connection {
  private handle: Handle | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private losses = 0;
  private socketLosses = 0;
  private stopped = false;

  constructor(private readonly following: Following) {
    this.connect(following.socket);
  }

  stop(): void {
    this.stopped = true;
    this.letGo();
  }

  /** Try again at once: the browser says that the network is back, or the reader asks for it. */
  retryNow(): void {
    if (this.stopped || this.handle) return;
    this.letGo();
    this.connect(this.following.socket);
  }

  private connect(transport: Transport): void {
    this.letGo();
    if (this.losses === 0) this.following.changed({ kind: "connecting" });
    this.handle = transport.open(this.following.after(), {
      opened: () => this.opened(transport),
      received: (events) => this.following.received(events),
      closed: (reason) => this.closed(transport, reason),
    });
  }

  private opened(transport: Transport): void {
    this.losses = 0;
    if (transport === this.following.socket) {
      this.socketLosses = 0;
      this.following.changed({ kind: "live" });
    } else {
      this.following.changed({ kind: "polling" });
      this.timer = setTimeout(() => this.connect(this.following.socket), SOCKET_AGAIN);
    }
  }

  private closed(transport: Transport, reason: CloseReason): void {
    this.letGo();
    if (reason.kind !== "lost") {
      this.stopped = true;
      this.following.changed(reason);
      return;
    }
    if (transport === this.following.socket) this.socketLosses += 1;
    // While only sockets fail, polling takes over at once; while everything fails, they alternate.
    const next =
      transport === this.following.socket && this.socketLosses >= PATIENCE
        ? this.following.polling
        : this.following.socket;
    this.wait(next);
  }

  private wait(next: Transport): void {
    this.losses += 1;
    const longest = Math.min(FIRST_WAIT * 2 ** (this.losses - 1), LONGEST_WAIT);
    const random = this.following.random ?? Math.random;
    const pause = longest * (0.5 + random() / 2);
    this.following.changed({ kind: "waiting", retryAt: Date.now() + pause });
    this.timer = setTimeout(() => this.connect(next), pause);
  }

  private letGo(): void {
    clearTimeout(this.timer);
    this.handle?.close();
    this.handle = null;
  }
}
