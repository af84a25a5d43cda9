/**
 * How many rows a stage has behind it, and how quickly: by what its events tell, and by their own
 * times, so that it is the same whenever and in whatever order they arrive.
 */

import { numberAt, textAt } from "@/domain/json";
import type { UpgradeEvent } from "@/domain/events";

/** What one event has told of rows; null where it has told nothing. */
interface RowsTold {
  readonly at: number;
  /** What the stage was at. */
  readonly operation: string | null;
  readonly done: number | null;
  readonly total: number | null;
}

/** What was told of late, in the order of its times. */
export type RowsHeard = readonly RowsTold[];

export interface RowsDone {
  readonly done: number;
  readonly total: number;
  /** Rows a second; null where that would be a guess. */
  readonly rate: number | null;
  /** Milliseconds until all are done; null where that would be a guess. */
  readonly left: number | null;
}

/** Milliseconds that the rate is taken over, and less than which tell nothing. */
const WINDOW = 10_000;
const LEAST = 1_000;

/** Take in what an event tells; one that was taken in before changes nothing. */
export function hearRows(heard: RowsHeard, { at, payload }: UpgradeEvent): RowsHeard {
  if (heard.some((each) => each.at === at)) return heard;
  const told: RowsTold = {
    at,
    operation: textAt(payload, "operation"),
    done: numberAt(payload, "rows_done"),
    total: numberAt(payload, "rows_total"),
  };
  return recent([...heard, told].sort((one, other) => one.at - other.at));
}

/** What it amounts to; null: the stage does not go row by row. */
export function rowsDone(heard: RowsHeard): RowsDone | null {
  const [from, to] = [heard[0], heard.at(-1)];
  if (!from || !to || to.done === null || to.total === null) return null;
  const [time, rows] = [to.at - from.at, to.done - (from.done ?? 0)];
  const rate = time >= LEAST && rows > 0 ? (1000 * rows) / time : null;
  const left = rate === null ? null : (1000 * (to.total - to.done)) / rate;
  return { done: to.done, total: to.total, rate, left };
}

/** Leave out what is too old for the rate, and what was told before something else was begun. */
function recent(heard: RowsHeard): RowsHeard {
  const begin = heard.findLastIndex((each, index) => {
    const before = heard[index - 1];
    return before === undefined || !goesOn(before, each);
  });
  const oldest = (heard.at(-1)?.at ?? 0) - WINDOW;
  const kept = heard.findLastIndex((each) => each.at <= oldest);
  return heard.slice(Math.max(begin, kept));
}

function goesOn(before: RowsTold, next: RowsTold): boolean {
  if (before.done === null || next.done === null) return false;
  const isSame = before.operation === next.operation && before.total === next.total;
  return isSame && before.done <= next.done;
}
