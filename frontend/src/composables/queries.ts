/** TanStack Query, and whether the server can be reached. */

import { MutationCache, QueryCache, QueryClient } from "@tanstack/vue-query";
import { ref } from "vue";

import { ApiError, ServerAway } from "@/api/http";

export const serverAway = ref(false);

const LONGEST_WAIT = 10_000;

function isAway(error: unknown): boolean {
  return error instanceof ServerAway || (error instanceof ApiError && error.status >= 502);
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onSuccess: () => (serverAway.value = false),
    onError: (error) => (serverAway.value = isAway(error)),
  }),
  mutationCache: new MutationCache({ onSuccess: () => (serverAway.value = false) }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: "always",
      // A refusal stays one; a server that is away comes back.
      retry: (failures, error) => {
        if (isAway(error)) serverAway.value = true;
        return isAway(error) && failures < 100;
      },
      retryDelay: (failures) => Math.min(500 * 2 ** failures, LONGEST_WAIT),
    },
    mutations: { networkMode: "always" },
  },
});
