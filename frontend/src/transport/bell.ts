/** A socket of which only matters that something comes: what has changed is read by REST. */

export interface Listener {
  ring(): void;
  /** Whether the socket is there now. */
  heard(now: boolean): void;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** Codes from here on say that trying again would not help. */
const REFUSED = 4400;

/** Listen until the function that is returned is called. */
export function bell(path: string, project: string, listener: Listener): () => void {
  let losses = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let socket = open();

  function open(): WebSocket {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = project ? `?${new URLSearchParams({ project })}` : "";
    const opened = new WebSocket(`${scheme}//${location.host}${path}${query}`);
    opened.onmessage = () => {
      losses = 0;
      listener.heard(true);
      // Also at the first, which says that changes are told from now on.
      listener.ring();
    };
    opened.onclose = ({ code }) => {
      listener.heard(false);
      if (over || code >= REFUSED) return;
      losses += 1;
      const pause = Math.min(FIRST_WAIT * 2 ** (losses - 1), LONGEST_WAIT);
      timer = setTimeout(() => (socket = open()), pause);
    };
    return opened;
  }

  return () => {
    over = true;
    clearTimeout(timer);
    socket.close();
  };
}
