/** Events over a WebSocket. */

import { eventFrom } from "@/domain/events";
import type { CloseReason, Handle, Sink, Transport } from "@/transport/transport";

const ENDED = 1000;
const REFUSALS: Readonly<Record<number, CloseReason>> = {
  4401: { kind: "refused", why: "signed-out" },
  4403: { kind: "refused", why: "forbidden" },
  4404: { kind: "refused", why: "not-found" },
};

/**
 * Make the transport over a socket.
 *
 * @param path of one upgrade, `/ws/lowcode/upgrades/{id}/`, or of all of them.
 * @param ends whether the server closes it in good order when there is nothing more to come.
 */
export function socketTransport(path: string, { ends }: { ends: boolean }): Transport {
  return { name: "socket", open: (after, sink) => open(path, ends, after, sink) };
}

function open(path: string, ends: boolean, after: number | null, sink: Sink): Handle {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const query = after === null ? "" : `?after=${after}`;
  const socket = new WebSocket(`${scheme}//${location.host}${path}${query}`);
  let over = false;
  socket.onopen = () => {
    if (!over) sink.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    const event = typeof data === "string" ? eventFrom(JSON.parse(data)) : null;
    if (event && !over) sink.received([event]);
  };
  socket.onclose = ({ code }) => {
    if (!over) sink.closed(ends && code === ENDED ? { kind: "ended" } : reasonOf(code));
    over = true;
  };
  return {
    close() {
      over = true;
      socket.close();
    },
  };
}

function reasonOf(code: number): CloseReason {
  return REFUSALS[code] ?? { kind: "lost" };
}
