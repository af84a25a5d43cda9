import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { UpgradeEvent } from "@/domain/events";
import { EMPTY_LOG, receive } from "@/domain/log";
import { type Page, POLL_MS, pollingTransport } from "@/transport/polling";

import { LOG, tickOf } from "./events";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("whoever polls sees how far the stage is, without asking more often", async () => {
  const pages: Page[] = [
    { events: LOG.slice(0, 6), nextAfter: 6, ended: false, tick: tickOf("migrate", 20) },
    { events: [], nextAfter: 6, ended: false, tick: tickOf("migrate", 30) },
    { events: LOG.slice(6), nextAfter: 10, ended: true, tick: null },
  ];
  const asked: (number | null)[] = [];
  const percents: (number | null)[] = [];
  let log = EMPTY_LOG;
  const closed = vi.fn<() => void>();
  const transport = pollingTransport((after) => {
    asked.push(after);
    return Promise.resolve(pages[asked.length - 1] as Page);
  });
  transport.open(0, {
    opened: () => undefined,
    received(events: readonly UpgradeEvent[]) {
      log = receive(log, events);
      percents.push(log.run.stages.migrate.percent);
    },
    closed,
  });
  await vi.advanceTimersByTimeAsync(1);
  await vi.advanceTimersByTimeAsync(POLL_MS - 2);
  expect(asked).toEqual([0, 6]);
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(asked).toEqual([0, 6, 6]);
  expect(percents).toEqual([20, 30, 100]);
  expect(closed).toHaveBeenCalledWith({ kind: "ended" });
});
