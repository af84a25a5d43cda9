import { expect, test } from "vitest";

import type { UpgradeEvent } from "@/domain/events";
import { EMPTY_LOG, receive } from "@/domain/log";
import { rowsDone } from "@/domain/rowsDone";
import { remaining, type StageRun } from "@/domain/run";

import { at, LOG, shuffled, tickOf } from "./events";

const CONVERT = "Convert values of field price on Product";
const TOTAL = 1_000_000;

function rowsTick(time: number, done: number, operation = CONVERT): UpgradeEvent {
  const percent = time / 400; // of the whole stage
  return {
    ...tickOf("migrate", percent),
    at: time,
    payload: { percent, operation, rows_done: done, rows_total: TOTAL },
  };
}

function migrateAfter(...events: UpgradeEvent[]): StageRun {
  return receive(EMPTY_LOG, [...LOG.slice(0, 6), ...events]).run.stages.migrate;
}

/** 20,000 rows each 200 ms, for a while. */
const STEADY = Array.from({ length: 40 }, (_, index) => rowsTick(200 * index, 20_000 * index));

test("rate and time left follow from the times of the events themselves", () => {
  const { rows } = migrateAfter(...STEADY);
  expect(rowsDone(rows)).toEqual({ done: 780_000, total: TOTAL, rate: 100_000, left: 2200 });
});

test("ticks amount to the same in any order, and doubled", () => {
  const altering = { ...tickOf("migrate", 20), at: 8500 };
  const ticks = [...STEADY, altering, ...mixed(9000)];
  const whole = migrateAfter(...ticks);
  for (let seed = 1; seed <= 20; seed += 1) {
    expect(migrateAfter(...shuffled([...ticks, ...ticks], seed))).toEqual(whole);
  }
});

/** One operation, another, and the first one again, slower. */
function mixed(begin: number): UpgradeEvent[] {
  return [
    rowsTick(begin, 10_000),
    rowsTick(begin + 500, 20_000),
    rowsTick(begin + 1000, 5_000, "Fill field key on Product row by row"),
    ...Array.from({ length: 30 }, (_, index) => rowsTick(begin + 1500 + 700 * index, 9000 * index)),
  ];
}

test("the rate is that of the last seconds", () => {
  const slow = Array.from({ length: 20 }, (_, index) =>
    rowsTick(8000 + 1000 * index, 780_000 + 1000 * index),
  );
  expect(rowsDone(migrateAfter(...STEADY, ...slow).rows)?.rate).toBe(1000);
});

test("two portions that are far apart have a rate all the same", () => {
  const stage = migrateAfter(rowsTick(0, 20_000), rowsTick(40_000, 40_000));
  expect(rowsDone(stage.rows)).toMatchObject({ done: 40_000, rate: 500 });
});

test("there is no rate before a second has passed, nor across operations", () => {
  expect(rowsDone(migrateAfter(rowsTick(0, 1), rowsTick(900, 900)).rows)).toEqual({
    done: 900,
    total: TOTAL,
    rate: null,
    left: null,
  });
  const other = rowsTick(5000, 10, "Fill field key on Product row by row");
  expect(rowsDone(migrateAfter(...STEADY.slice(0, 20), other).rows)?.rate).toBeNull();
});

test("a stage that does not go row by row, or no longer, shows no rows", () => {
  const altering = { ...tickOf("migrate", 90), at: 9000 };
  const stage = migrateAfter(...STEADY, altering);
  expect(rowsDone(stage.rows)).toBeNull();
  expect(stage.percent).toBe(90);
  expect(rowsDone(migrateAfter({ ...tickOf("migrate", 10), at: 0 }, altering).rows)).toBeNull();
});

test("a tick that a newer one has overtaken moves nothing back", () => {
  const stage = migrateAfter(rowsTick(4000, 400_000), rowsTick(0, 100_000));
  expect(stage.percent).toBe(10);
  expect(rowsDone(stage.rows)).toMatchObject({ done: 400_000, rate: 75_000 });
  expect(remaining(stage)).toBe(36_000);
});

test("a stage that is taken up again counts its rows anew", () => {
  const resumed = { ...at(6), kind: "stage.resumed", sequence: 7 };
  expect(rowsDone(migrateAfter(...STEADY, resumed).rows)).toBeNull();
});
