/** A design, what the server says about it, and the way from one to the other. */

import { computed, reactive, ref, shallowRef } from "vue";

import { ApiError } from "@/api/http";
import {
  type Flags,
  makePlan,
  newPlanIn,
  NO_FLAGS,
  runningIn,
  startUpgrade,
} from "@/api/upgradeBody";
import { type Design, isChanged } from "@/domain/design";
import type { Plan } from "@/domain/plan";
import { byPlace, NO_PROBLEMS } from "@/domain/problems";
import type { Step } from "@/domain/step";

export function useDesigner(begin: Design) {
  const design = shallowRef(begin);
  const problems = shallowRef(NO_PROBLEMS);
  const plan = shallowRef<Plan | null>(null);
  const flags = ref<Flags>(NO_FLAGS);
  const asking = ref(false);
  /** What went wrong with the last attempt, beside problems of the design. */
  const trouble = ref("");
  /** The upgrade that is in the way. */
  const running = ref<string | null>(null);
  /** The plan was replaced, since rows or definition have changed under it. */
  const replaced = ref(false);

  const changed = computed(
    () => isChanged(design.value) || (begin.baseVersion === 0 && !!design.value.modelName),
  );

  /** The one way in which a design changes. */
  function change(step: Step<Design>): void {
    design.value = step(design.value);
    plan.value = null;
    replaced.value = false;
  }

  async function attempt<T>(act: () => Promise<T>): Promise<T | null> {
    asking.value = true;
    trouble.value = "";
    running.value = null;
    try {
      return await act();
    } catch (error) {
      refuse(error);
      return null;
    } finally {
      asking.value = false;
    }
  }

  function refuse(error: unknown): void {
    const newPlan = newPlanIn(error);
    if (newPlan) {
      plan.value = newPlan;
      replaced.value = true;
    } else if (error instanceof ApiError && error.status === 400) {
      problems.value = byPlace(error.problems);
      plan.value = null;
    } else {
      running.value = runningIn(error);
      trouble.value = error instanceof Error ? error.message : String(error);
    }
  }

  /** Ask for the plan; true if there is one. */
  async function review(): Promise<boolean> {
    const [asked, { force }] = [design.value, flags.value];
    const made = await attempt(() => makePlan(asked, flags.value));
    // What was changed while the server thought about it is planned too.
    if (made && (asked !== design.value || force !== flags.value.force)) return review();
    if (made) {
      plan.value = made;
      problems.value = NO_PROBLEMS;
      replaced.value = false;
    }
    return made !== null;
  }

  /** Start what was planned; the id of the upgrade, or null. */
  function start(): Promise<string | null> {
    const agreed = plan.value;
    return agreed
      ? attempt(() => startUpgrade(design.value, flags.value, agreed))
      : Promise.resolve(null);
  }

  /** Change how to go about it; force makes another plan. */
  async function setFlags(next: Flags): Promise<void> {
    const again = next.force !== flags.value.force;
    flags.value = next;
    if (again && plan.value) await review();
  }

  return reactive({
    design,
    problems,
    plan,
    flags,
    asking,
    trouble,
    running,
    replaced,
    changed,
    change,
    review,
    start,
    setFlags,
  });
}

export type Designer = ReturnType<typeof useDesigner>;
