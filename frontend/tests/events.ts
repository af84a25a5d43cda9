/** The log of an upgrade as a server has written it, and ways to spoil its delivery. */

import { eventFrom, type UpgradeEvent } from "@/domain/events";

import recorded from "./recorded.json";

/** Ten events: queued, four stages started and succeeded, succeeded. */
export const LOG: readonly UpgradeEvent[] = recorded.map((each) => {
  const event = eventFrom(each);
  if (!event) throw new Error("no event");
  return event;
});

/** The event of this sequence. */
export function at(sequence: number): UpgradeEvent {
  const event = LOG[sequence - 1];
  if (!event) throw new Error(`no event ${sequence}`);
  return event;
}

/** A log of so many events: the recorded one, with progress in the middle. */
export function longLog(length: number): UpgradeEvent[] {
  const head = LOG.slice(0, 6);
  const progress = Array.from({ length: length - 6 }, (_, index) => ({
    ...at(6),
    kind: "stage.progress",
    sequence: 7 + index,
    payload: { percent: (100 * index) / length },
  }));
  return [...head, ...progress];
}

export function tickOf(stage: UpgradeEvent["stage"], percent: number): UpgradeEvent {
  return {
    ...at(6),
    kind: "stage.tick",
    sequence: null,
    position: null,
    stage,
    payload: { percent },
  };
}

/** The same items in an order that a seed decides. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = seed;
  for (let last = result.length - 1; last > 0; last -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
