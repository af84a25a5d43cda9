/** A transport that does what a test says. */

import type { UpgradeEvent } from "@/domain/events";
import type { CloseReason, Handle, Sink, Transport } from "@/transport/transport";

export class FakeTransport implements Transport {
  readonly name = "fake";
  /** What each opening asked to go on behind, in order. */
  readonly asked: (number | null)[] = [];
  private sink: Sink | null = null;

  open(after: number | null, sink: Sink): Handle {
    this.asked.push(after);
    this.sink = sink;
    return {
      close: () => {
        if (this.sink === sink) this.sink = null;
      },
    };
  }

  /** Whether somebody listens. */
  get isOpen(): boolean {
    return this.sink !== null;
  }

  accept(): void {
    this.sink?.opened();
  }

  deliver(...events: UpgradeEvent[]): void {
    this.sink?.received(events);
  }

  drop(reason: CloseReason = { kind: "lost" }): void {
    const sink = this.sink;
    this.sink = null;
    sink?.closed(reason);
  }
}
