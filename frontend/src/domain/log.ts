/**
 * An upgrade's log as it comes in: out of order, doubled, with gaps, in pieces. What has arrived
 * without a gap is applied in order, once; the rest waits. Pure: every call returns a new value.
 */

import { isEnd, TICK, type UpgradeEvent } from "@/domain/events";
import { advance, NOT_BEGUN, type Run, tick } from "@/domain/run";

export interface UpgradeLog {
  /** Events 1 … n, in order. */
  readonly events: readonly UpgradeEvent[];
  /** Events behind a gap, by sequence. */
  readonly waiting: ReadonlyMap<number, UpgradeEvent>;
  /** What the events amount to. */
  readonly run: Run;
  readonly ended: boolean;
}

export const EMPTY_LOG: UpgradeLog = {
  events: [],
  waiting: new Map(),
  run: NOT_BEGUN,
  ended: false,
};

/** The sequence to resume behind. */
export function lastSequence(log: UpgradeLog): number {
  return log.events.length;
}

/** Take in a tick that was read beside the log, unless the log has gone on since. */
export function receiveBeside(log: UpgradeLog, told: UpgradeEvent | null): UpgradeLog {
  const newest = log.events.at(-1);
  return told && newest && told.at >= newest.at ? receive(log, [told]) : log;
}

/** Take in what has arrived. */
export function receive(log: UpgradeLog, arrived: readonly UpgradeEvent[]): UpgradeLog {
  const events = [...log.events];
  const waiting = new Map(log.waiting);
  let run = log.run;
  for (const event of arrived) {
    if (event.kind === TICK) run = tick(run, event);
    else if (event.sequence !== null && event.sequence > events.length) {
      waiting.set(event.sequence, event);
    }
    for (let next = waiting.get(events.length + 1); next; next = waiting.get(events.length + 1)) {
      waiting.delete(events.length + 1);
      events.push(next);
      run = advance(run, next);
    }
  }
  return { events, waiting, run, ended: events.some((each) => isEnd(each.kind)) };
}
