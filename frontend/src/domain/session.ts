/** Who looks at the dashboard. */

export interface Session {
  /** Null: nobody is signed in. */
  readonly username: string | null;
  /** As people are called. */
  readonly name: string | null;
  readonly isStaff: boolean;
  /** Of the server. */
  readonly version: string;
}
