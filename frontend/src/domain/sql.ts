/** SQL in pieces, for its colors. */

export interface Token {
  readonly kind: "word" | "text" | "comment" | "plain";
  readonly text: string;
}

const WORDS =
  "ADD ALTER AND AS AUTOINCREMENT BEGIN BY CASCADE CHECK COLUMN COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DEFERRED DELETE DROP EXISTS FOREIGN FROM IF IN INDEX INITIALLY INSERT INTO IS KEY MODIFY NOT NULL ON OR PRIMARY REFERENCES RENAME SELECT SET TABLE TO TYPE UNIQUE UPDATE USING VALUES WHERE WITH";
const PIECES = new RegExp(
  `(?<comment>--[^\\n]*)|(?<text>'(?:[^']|'')*')|(?<name>"[^"]*"|\`[^\`]*\`)|(?<word>\\b(?:${WORDS.replaceAll(" ", "|")})\\b)`,
  "g",
);

export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of sql.matchAll(PIECES)) {
    if (match.index > end) tokens.push({ kind: "plain", text: sql.slice(end, match.index) });
    tokens.push({ kind: kindOf(match.groups ?? {}), text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < sql.length) tokens.push({ kind: "plain", text: sql.slice(end) });
  return tokens;
}

function kindOf(groups: Record<string, string | undefined>): Token["kind"] {
  if (groups["comment"] !== undefined) return "comment";
  if (groups["text"] !== undefined) return "text";
  return groups["word"] !== undefined ? "word" : "plain";
}
