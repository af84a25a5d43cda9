/** Signing in and out. */

import { keepCsrfToken, request } from "@/api/http";
import type { Wire } from "@/api/wire";
import type { Session } from "@/domain/session";

/** Ask who is signed in. */
export async function readSession(): Promise<Session> {
  return sessionFrom(await request<Wire<"SessionState">>("GET", "session/"));
}

export async function signIn(username: string, password: string): Promise<Session> {
  const body = { username, password };
  return sessionFrom(await request<Wire<"SessionState">>("POST", "session/", { body }));
}

export async function signOut(): Promise<Session> {
  return sessionFrom(await request<Wire<"SessionState">>("DELETE", "session/"));
}

function sessionFrom(wire: Wire<"SessionState">): Session {
  keepCsrfToken(wire.csrf_token);
  return {
    username: wire.user?.username ?? null,
    name: wire.user?.name ?? null,
    isStaff: wire.user?.is_staff ?? false,
    version: wire.version,
  };
}
