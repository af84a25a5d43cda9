/** What the events of one upgrade amount to: the state of the whole and of its four stages. */

import { ENDS, isEnd, type StageName, STAGES, type UpgradeEvent } from "@/domain/events";
import { flagAt, type JsonObject, numberAt, textAt } from "@/domain/json";
import { hearRows, type RowsHeard } from "@/domain/rowsDone";

export type RunState = "queued" | "running" | "succeeded" | "failed" | "cancelled";
export type StageState = "pending" | "running" | "succeeded" | "skipped" | "failed" | "cancelled";

export interface StageRun {
  readonly name: StageName;
  readonly state: StageState;
  /** Null where nothing is known of it. */
  readonly percent: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** When another worker took it up again, as often as it happened. */
  readonly resumed: number;
  /** The newest that the stage has told: the operation, the lock it waits for, rows done. */
  readonly detail: JsonObject;
  readonly message: string | null;
  /** When the percent was first and last heard of, for the rate. */
  readonly pace: Pace | null;
  /** What it has told of rows. */
  readonly rows: RowsHeard;
}

export interface Pace {
  readonly from: { readonly at: number; readonly percent: number };
  readonly to: { readonly at: number; readonly percent: number };
  /** It waited then: what was told before does not count, also if it is heard of once more. */
  readonly since: number | null;
}

export interface Run {
  readonly state: RunState;
  readonly stages: Readonly<Record<StageName, StageRun>>;
  readonly requestedBy: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly noBackup: boolean;
  readonly noRestart: boolean;
  readonly force: boolean;
  /** The sentence that tells why it failed. */
  readonly error: string | null;
}

function pending(name: StageName): StageRun {
  return {
    name,
    state: "pending",
    percent: null,
    startedAt: null,
    endedAt: null,
    resumed: 0,
    detail: {},
    message: null,
    pace: null,
    rows: [],
  };
}

export const NOT_BEGUN: Run = {
  state: "queued",
  stages: Object.fromEntries(STAGES.map((name) => [name, pending(name)])) as Run["stages"],
  requestedBy: null,
  startedAt: null,
  endedAt: null,
  noBackup: false,
  noRestart: false,
  force: false,
  error: null,
};

/** What is said of a stage: one that has not begun when all is over does not wait any more. */
export function toldState(state: StageState, isOver: boolean): StageState | "unreached" {
  return state === "pending" && isOver ? "unreached" : state;
}

/** Apply the next event of the log. Kinds that are not known change nothing. */
export function advance(run: Run, event: UpgradeEvent): Run {
  if (isEnd(event.kind)) {
    const state = ENDS[event.kind];
    const stages = state === "cancelled" ? dropped(run, event) : run.stages;
    return {
      ...run,
      state,
      stages,
      endedAt: event.at,
      error: state === "failed" ? event.message : null,
    };
  }
  if (event.kind === "upgrade.queued") {
    return {
      ...run,
      startedAt: event.at,
      requestedBy: textAt(event.payload, "requested_by"),
      noBackup: flagAt(event.payload, "no_backup"),
      noRestart: flagAt(event.payload, "no_restart"),
      force: flagAt(event.payload, "force"),
    };
  }
  if (event.stage === null) return run;
  const stage = stageAfter(run.stages[event.stage], event);
  const state = run.state === "queued" ? "running" : run.state;
  return { ...run, state, stages: { ...run.stages, [stage.name]: stage } };
}

/** Apply a tick: it is in no log, so it only counts while its stage is running. */
export function tick(run: Run, event: UpgradeEvent): Run {
  const stage = event.stage && run.stages[event.stage];
  if (!stage || stage.state !== "running") return run;
  return { ...run, stages: { ...run.stages, [stage.name]: progressed(stage, event) } };
}

/** Cancelling drops the stage at hand, which says nothing itself. */
function dropped(run: Run, event: UpgradeEvent): Run["stages"] {
  const stage = STAGES.map((name) => run.stages[name]).find(({ state }) => state === "running");
  return stage ? { ...run.stages, [stage.name]: ended(stage, "cancelled", event) } : run.stages;
}

function stageAfter(stage: StageRun, event: UpgradeEvent): StageRun {
  switch (event.kind) {
    case "stage.started":
      return { ...pending(stage.name), state: "running", startedAt: event.at };
    case "stage.resumed":
      return {
        ...pending(stage.name),
        state: "running",
        startedAt: stage.startedAt ?? event.at,
        resumed: stage.resumed + 1,
      };
    case "stage.progress":
      return progressed(stage, event);
    case "stage.succeeded":
      return { ...ended(stage, "succeeded", event), percent: 100 };
    case "stage.skipped":
      return ended(stage, "skipped", event);
    case "stage.failed":
      return ended(stage, "failed", event);
    default:
      return stage;
  }
}

function ended(stage: StageRun, state: StageState, event: UpgradeEvent): StageRun {
  return { ...stage, state, endedAt: event.at, detail: event.payload, message: event.message };
}

function progressed(stage: StageRun, event: UpgradeEvent): StageRun {
  const percent = numberAt(event.payload, "percent");
  const rows = hearRows(stage.rows, event);
  const told = percent === null ? null : { at: event.at, percent };
  // With a percent, a code says what is waited for: nobody knows how long, and it tells nothing of the pace.
  const isWaiting = textAt(event.payload, "code") !== null;
  const pace = told ? (isWaiting ? begun(stage.pace, told) : paced(stage.pace, told)) : stage.pace;
  // Ticks carry no number: one that was overtaken by a newer one tells nothing of how it stands.
  if (rows.at(-1)?.at !== event.at) return { ...stage, rows, pace };
  return {
    ...stage,
    percent: percent ?? stage.percent,
    detail: event.payload,
    message: event.message,
    pace,
    rows,
  };
}

/** A pace that begins where the stage waits, unless newer things are known. */
function begun(pace: Pace | null, told: Pace["to"]): Pace {
  return pace && told.at < pace.to.at ? pace : { from: told, to: told, since: told.at };
}

function paced(pace: Pace | null, told: Pace["to"]): Pace {
  if (!pace) return { from: told, to: told, since: null };
  const { from, to, since } = pace;
  if (told.at < (since ?? from.at)) {
    return since === null && told.percent <= from.percent ? { from: told, to, since } : pace;
  }
  if (told.at < to.at) return pace;
  return told.percent < to.percent ? { from: told, to: told, since } : { from, to: told, since };
}

/** How many milliseconds a stage will go on, by its pace so far; null where that is a guess. */
export function remaining(stage: StageRun): number | null {
  if (!stage.pace || stage.state !== "running") return null;
  const { from, to } = stage.pace;
  const [time, part] = [to.at - from.at, to.percent - from.percent];
  return time < 1000 || part < 1 ? null : (time * (100 - to.percent)) / part;
}
