/** One restoration, asked for again and again until it has ended, with its key where there is one. */

import { useQuery } from "@tanstack/vue-query";

import { readRestoration, type Started } from "@/api/restorations";
import { isUnderWay } from "@/domain/restoration";

const QUICK_MS = 500;
const SLOW_MS = 3000;
/** Answers after which it is asked for less often: 20 seconds of quick ones. */
const QUICK_ANSWERS = 40;

const nameOf = (id: string): string => `lowcode.restoration.${id}`;

/** Keep the key of a restoration for as long as this tab lives. */
export function keepKey({ id, key }: Started): void {
  sessionStorage.setItem(nameOf(id), key);
}

export function hasKey(id: string): boolean {
  return sessionStorage.getItem(nameOf(id)) !== null;
}

/** How a restoration stands; a server that is away or fails meanwhile is asked again. */
export function useRestoration(id: string) {
  return useQuery({
    queryKey: ["restoration", id],
    queryFn: () => readRestoration(id, sessionStorage.getItem(nameOf(id))),
    refetchInterval: ({ state }) => {
      if (state.data ? !isUnderWay(state.data) : state.error) return false;
      return state.dataUpdateCount > QUICK_ANSWERS || state.error ? SLOW_MS : QUICK_MS;
    },
  });
}
