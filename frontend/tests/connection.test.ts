import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { EMPTY_LOG, lastSequence, receive, type UpgradeLog } from "@/domain/log";
import { Connection, type ConnectionState } from "@/transport/connection";
import { FakeTransport } from "@/transport/fake";

import { LOG } from "./events";

let socket: FakeTransport;
let polling: FakeTransport;
let log: UpgradeLog;
let states: ConnectionState[];
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeTransport();
  polling = new FakeTransport();
  log = EMPTY_LOG;
  states = [];
  connection = new Connection({
    socket,
    polling,
    after: () => lastSequence(log),
    received: (events) => (log = receive(log, events)),
    changed: (state) => states.push(state),
    random: () => 1,
  });
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

function kinds(): string[] {
  return states.map((each) => each.kind);
}

test("it is live over the socket", () => {
  socket.accept();
  socket.deliver(...LOG);
  socket.drop({ kind: "ended" });
  expect(kinds()).toEqual(["connecting", "live", "ended"]);
  expect(log.ended).toBe(true);
});

test("after a loss it goes on behind what was seen, later each time", () => {
  socket.accept();
  socket.deliver(...LOG.slice(0, 4));
  socket.drop();
  expect(states.at(-1)).toEqual({ kind: "waiting", retryAt: Date.now() + 500 });
  vi.advanceTimersByTime(500);
  expect(socket.asked).toEqual([0, 4]);
  socket.drop();
  expect(states.at(-1)).toEqual({ kind: "waiting", retryAt: Date.now() + 1000 });
});

test("it polls while sockets do not come through, and goes back to them", () => {
  socket.drop();
  vi.advanceTimersByTime(500);
  socket.drop();
  vi.advanceTimersByTime(1000);
  expect(polling.isOpen).toBe(true);
  polling.accept();
  polling.deliver(...LOG.slice(0, 6));
  expect(kinds().at(-1)).toBe("polling");
  vi.advanceTimersByTime(30_000);
  expect(polling.isOpen).toBe(false);
  expect(socket.asked.at(-1)).toBe(6);
  socket.accept();
  expect(kinds().at(-1)).toBe("live");
});

test("while the server is away it tries both, never more seldom than every fifteen seconds", () => {
  for (let turn = 0; turn < 20; turn += 1) {
    (socket.isOpen ? socket : polling).drop();
    vi.advanceTimersByTime(15_000);
  }
  expect(polling.asked.length).toBeGreaterThan(5);
  expect(socket.asked.length).toBeGreaterThan(5);
});

test("it does not try again what was refused", () => {
  socket.drop({ kind: "refused", why: "signed-out" });
  vi.advanceTimersByTime(60_000);
  expect(socket.asked).toEqual([0]);
  expect(states.at(-1)).toEqual({ kind: "refused", why: "signed-out" });
});

test("it tries at once when it is told to", () => {
  socket.drop();
  connection.retryNow();
  expect(socket.asked).toEqual([0, 0]);
});

test("nothing is delivered after it was stopped", () => {
  socket.accept();
  connection.stop();
  socket.deliver(...LOG);
  expect(log).toEqual(EMPTY_LOG);
  vi.advanceTimersByTime(60_000);
  expect(socket.asked).toEqual([0]);
});
