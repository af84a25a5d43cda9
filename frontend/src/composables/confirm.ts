/** A question in a dialog of the page, with the one that was asked. */

import { shallowRef } from "vue";

export interface Question {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly danger: boolean;
  /** What must be typed before one can say yes. */
  readonly typed?: string;
  answer(yes: boolean): void;
}

export const question = shallowRef<Question | null>(null);

/** Ask, and wait for the answer. */
export function confirm(asked: Omit<Question, "answer">): Promise<boolean> {
  question.value?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer(yes) {
        question.value = null;
        resolve(yes);
      },
    };
  });
}
