/** A process that serves live models, or works for them. */

export interface Process {
  readonly id: string;
  readonly kind: "web" | "worker" | "embedded";
  readonly host: string;
  readonly pid: number;
  /** How often it has become a new process on the same socket, plus one. */
  readonly incarnation: number;
  readonly generation: number;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  readonly state: "current" | "behind" | "restarting" | "silent";
}

export interface Processes {
  /** The generation in force. */
  readonly generation: number;
  readonly processes: readonly Process[];
}
