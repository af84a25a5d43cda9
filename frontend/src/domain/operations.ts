/**
 * Operations in words of the reader's language. The server describes them as Django does, in English;
 * what is recognized is put into words here, the rest is shown as it came.
 */

export interface OperationWords {
  /** Key below `operation.` in the messages; null: show the text as it is. */
  readonly key: string | null;
  readonly params: Readonly<Record<string, string>>;
}

const PATTERNS: readonly [string, RegExp][] = [
  ["createModel", /^Create model (?<model>\S+)$/i],
  ["deleteModel", /^Delete model (?<model>\S+)$/i],
  ["addField", /^Add field (?<field>\S+) to (?<model>\S+)$/i],
  ["removeField", /^Remove field (?<field>\S+) from (?<model>\S+)$/i],
  ["alterField", /^Alter field (?<field>\S+) on (?<model>\S+)$/i],
  ["renameField", /^Rename field (?<field>\S+) on (?<model>\S+) to (?<to>\S+)$/i],
  ["convertField", /^Convert values of field (?<field>\S+) on (?<model>\S+)$/i],
  ["settleField", /^Settle field (?<field>\S+) on (?<model>\S+)$/i],
  ["checkField", /^Make sure that nothing is lost with field (?<field>\S+) on (?<model>\S+)$/i],
];

export function wordsOf(text: string): OperationWords {
  for (const [key, pattern] of PATTERNS) {
    const found = pattern.exec(text)?.groups;
    if (found) return { key, params: found };
  }
  return { key: null, params: {} };
}
