/** The types of the wire, which `npm run types` makes from the OpenAPI document. Only `api/` knows them. */

import type { components } from "@/api/schema";

export type Wire<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** A moment of the wire as milliseconds since the epoch. */
export function moment(text: string): number;
export function moment(text: string | null | undefined): number | null;
export function moment(text: string | null | undefined): number | null {
  return text ? Date.parse(text) : null;
}
