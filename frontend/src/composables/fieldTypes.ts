/** The table of field types, in the language of the page. */

import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { useI18n } from "vue-i18n";

import { readFieldTypes } from "@/api/fieldTypes";
import type { FieldTypes } from "@/domain/fieldTypes";

const NONE: FieldTypes = new Map();

export function useFieldTypes() {
  const { locale } = useI18n();
  const query = useQuery({
    queryKey: ["field-types", locale],
    queryFn: readFieldTypes,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
  // In another language they may fail to come: those that there were do as well.
  const types = computed<FieldTypes>((before) => query.data.value ?? before ?? NONE);
  return { query, types };
}
