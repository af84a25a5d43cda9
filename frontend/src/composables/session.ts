/** Who is signed in, and whether the session has expired under the page. */

import { computed, ref } from "vue";

import { whenSignedOut } from "@/api/http";
import { readSession, signIn as askToSignIn, signOut as askToSignOut } from "@/api/session";
import type { Session } from "@/domain/session";

const session = ref<Session | null>(null);
/** The session has ended while a page was open, which keeps what is on it. */
export const expired = ref(false);

/** Rises when somebody has signed in, for whatever is to be loaded or connected again. */
export const signIns = ref(0);

export const username = computed(() => session.value?.username ?? null);
export const standing = computed(() => {
  if (!session.value) return "unknown";
  if (!session.value.username) return "anonymous";
  return session.value.isStaff ? "staff" : "forbidden";
});

whenSignedOut(() => {
  if (standing.value === "staff") expired.value = true;
});

export async function loadSession(): Promise<void> {
  session.value = await readSession();
}

export async function signIn(name: string, password: string): Promise<void> {
  session.value = await askToSignIn(name, password);
  expired.value = false;
  signIns.value += 1;
}

export async function signOut(): Promise<void> {
  session.value = await askToSignOut();
}

/** Say that a socket was told so; REST says it by itself. */
export function sessionEnded(): void {
  if (standing.value === "staff") expired.value = true;
}
