import { describe, expect, test } from "vitest";

import { STAGES } from "@/domain/events";
import { EMPTY_LOG, lastSequence, receive, receiveBeside } from "@/domain/log";
import { remaining, toldState } from "@/domain/run";

import { at, LOG, longLog, shuffled, tickOf } from "./events";

const WHOLE = receive(EMPTY_LOG, LOG);

describe("a recorded log", () => {
  test("amounts to four stages that have succeeded", () => {
    expect(WHOLE.run.state).toBe("succeeded");
    expect(STAGES.map((name) => WHOLE.run.stages[name].state)).toEqual(
      STAGES.map(() => "succeeded"),
    );
    expect(WHOLE.run.requestedBy).toBe("demo");
    expect(WHOLE.run.force).toBe(true);
    expect(WHOLE.ended).toBe(true);
  });

  test("amounts to the same in any order", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const log = receive(EMPTY_LOG, shuffled(LOG, seed));
      expect(log).toEqual(WHOLE);
    }
  });

  test("amounts to the same when it comes one by one, doubled and shuffled", () => {
    const doubled = shuffled([...LOG, ...LOG], 7);
    const log = doubled.reduce((before, event) => receive(before, [event]), EMPTY_LOG);
    expect(log).toEqual(WHOLE);
  });

  test("amounts to the same when it is resumed behind any event", () => {
    for (let seen = 0; seen <= LOG.length; seen += 1) {
      const before = receive(EMPTY_LOG, LOG.slice(0, seen));
      expect(lastSequence(before)).toBe(seen);
      expect(receive(before, LOG.slice(seen))).toEqual(WHOLE);
    }
  });
});

test("nothing behind a gap is shown before the gap is filled", () => {
  const log = receive(EMPTY_LOG, [at(1), at(2), at(4), at(10)]);
  expect(lastSequence(log)).toBe(2);
  expect(log.ended).toBe(false);
  expect(log.run.stages.backup.state).toBe("pending");
  expect(receive(log, [at(3)]).run.stages.backup.state).toBe("running");
});

test("a stage that has not begun waits until all is over", () => {
  expect(toldState("pending", false)).toBe("pending");
  expect(toldState("pending", true)).toBe("unreached");
  expect(toldState("skipped", true)).toBe("skipped");
});

test("a tick moves the stage that runs, and no other", () => {
  const running = receive(EMPTY_LOG, LOG.slice(0, 6));
  expect(receive(running, [tickOf("migrate", 40)]).run.stages.migrate.percent).toBe(40);
  expect(receive(running, [tickOf("backup", 40)]).run.stages.backup.percent).toBe(100);
  expect(receive(WHOLE, [tickOf("migrate", 40)]).run).toEqual(WHOLE.run);
});

test("a tick that was read beside the log tells how far the stage is, until the log goes on", () => {
  const running = receive(EMPTY_LOG, LOG.slice(0, 6));
  const told = { ...tickOf("migrate", 40), at: at(6).at + 1 };
  expect(receiveBeside(running, told).run.stages.migrate.percent).toBe(40);
  expect(receiveBeside(running, null)).toBe(running);
  expect(receiveBeside(EMPTY_LOG, told)).toBe(EMPTY_LOG);
  const newer = receive(running, [{ ...tickOf("migrate", 60), at: at(6).at + 2 }]);
  expect(receiveBeside(newer, told).run.stages.migrate.percent).toBe(60);
  const again = { ...at(6), kind: "stage.resumed", sequence: 7, at: at(6).at + 3 };
  expect(receiveBeside(receive(newer, [again]), told).run.stages.migrate.percent).toBeNull();
});

test("a stage that another worker takes up again begins anew, and says so", () => {
  const running = receive(EMPTY_LOG, [...LOG.slice(0, 6), tickOf("migrate", 80)]);
  const resumed = receive(running, [{ ...at(6), kind: "stage.resumed", sequence: 7 }]);
  expect(resumed.run.stages.migrate).toMatchObject({ state: "running", percent: null, resumed: 1 });
});

test("a failure ends the upgrade and names its reason", () => {
  const failed = { ...at(6), kind: "stage.failed", sequence: 7, message: "why" };
  const end = { ...failed, kind: "upgrade.failed", sequence: 8, stage: null };
  const { run, ended } = receive(EMPTY_LOG, [...LOG.slice(0, 6), failed, end]);
  expect(ended).toBe(true);
  expect(run).toMatchObject({ state: "failed", error: "why" });
  expect(run.stages.migrate.state).toBe("failed");
  expect(run.stages.restart.state).toBe("pending");
});

test("cancelling drops the stage at hand", () => {
  const end = { ...at(6), kind: "upgrade.cancelled", sequence: 5, stage: null };
  const { run, ended } = receive(EMPTY_LOG, [...LOG.slice(0, 4), end]);
  expect(ended).toBe(true);
  expect(run.state).toBe("cancelled");
  expect(run.stages.backup.state).toBe("cancelled");
  expect(run.stages.migrate.state).toBe("pending");
});

test("an event of a kind that is not known stands in the log and changes nothing", () => {
  const before = receive(EMPTY_LOG, LOG.slice(0, 6));
  const after = receive(before, [{ ...at(6), kind: "stage.sang", sequence: 7 }]);
  expect(after.run).toEqual(before.run);
  expect(lastSequence(after)).toBe(7);
});

test("the remaining time follows from the pace", () => {
  const began = { ...tickOf("migrate", 10), at: 0 };
  const later = { ...tickOf("migrate", 60), at: 5000 };
  const log = receive(EMPTY_LOG, [...LOG.slice(0, 6), began, later]);
  expect(remaining(log.run.stages.migrate)).toBe(4000);
  expect(remaining(WHOLE.run.stages.migrate)).toBeNull();
});

test("waiting leaves the percent where it was, and tells nothing of the time that remains", () => {
  const began = { ...tickOf("migrate", 10), at: 0 };
  const later = { ...tickOf("migrate", 60), at: 5000 };
  const waiting = { ...tickOf("migrate", 60), at: 6000 };
  const waits = { ...waiting, payload: { percent: 60, code: "waiting_for_lock" } };
  const tried = { ...tickOf("migrate", 60), at: 9000 };
  const heard = [...LOG.slice(0, 6), began, later, waits];
  // A page takes the tick that it has read at first in again each time.
  for (const events of [heard, [...heard, tried], [...heard, tried, began]]) {
    const { migrate } = receive(EMPTY_LOG, events).run.stages;
    expect([migrate.percent, remaining(migrate)]).toEqual([60, null]);
  }
  const on = { ...tickOf("migrate", 70), at: 10_000 };
  const { migrate } = receive(EMPTY_LOG, [...heard, tried, on]).run.stages;
  expect([migrate.percent, remaining(migrate)]).toEqual([70, 12_000]);
});

test("a thousand events in one piece are applied in order", () => {
  const events = longLog(1000);
  expect(lastSequence(receive(EMPTY_LOG, shuffled(events, 3)))).toBe(1000);
});
