/** The one module that fetches. */

import { isObject, type Json, type JsonObject, listAt, textAt } from "@/domain/json";

export const API = "/lowcode/api/";

/** One thing that is wrong with a request. */
export interface Problem {
  /** JSON pointer into the body; empty for the whole of it. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  readonly params: JsonObject;
}

/** The server has answered, and refused. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly problems: readonly Problem[],
    readonly body: unknown,
  ) {
    super(problems[0]?.message ?? `HTTP ${status}`);
  }
}

/** The server has not answered, or a proxy has in its place. */
export class ServerAway extends Error {}

export interface Options {
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  /** JSON, or a file with its `Content-Type` among the headers. */
  readonly body?: Json | Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

let csrfToken = "";
let onSignedOut: () => void = () => undefined;

/** Keep the token that shows that a request comes from this page; each signing in brings a new one. */
export function keepCsrfToken(token: string): void {
  csrfToken = token;
}

/** Say what is to happen when the server says that nobody is signed in. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/**
 * Ask the API.
 *
 * @returns the body, of the type that the OpenAPI document promises.
 * @throws ApiError if it is refused, ServerAway if there is no answer.
 */
export async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  return (await requestTagged<T>(method, path, options)).body;
}

/** Ask the API; the tag says which state of the thing the answer tells (`If-Match`). */
export async function requestTagged<T>(
  method: Method,
  path: string,
  options: Options = {},
): Promise<{ body: T; tag: string | null }> {
  let response = await send(method, path, options);
  let body = await bodyOf(response);
  if (textAt(body, "code") === "csrf_refused") {
    // Somebody has signed in from another tab, which changes the token for this one.
    const session = await bodyOf(await send("GET", "session/", {}));
    keepCsrfToken(textAt(session, "csrf_token") ?? "");
    response = await send(method, path, options);
    body = await bodyOf(response);
  }
  if (response.ok) return { body: body as T, tag: response.headers.get("ETag") };
  throw refusal(response, body, path);
}

async function send(method: Method, path: string, options: Options): Promise<Response> {
  const { body } = options;
  const headers = new Headers({ Accept: "application/json", ...options.headers });
  if (method !== "GET") headers.set("X-CSRFToken", csrfToken);
  if (body !== undefined && !(body instanceof Blob)) {
    headers.set("Content-Type", "application/json");
  }
  try {
    return await fetch(addressOf(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      signal: options.signal,
      body: body instanceof Blob ? body : body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServerAway("no answer", { cause: error });
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    throw new ServerAway(`HTTP ${response.status} without JSON`, { cause: error });
  }
}

function refusal(response: Response, body: unknown, path: string): ApiError {
  const code = textAt(body, "code") ?? textAt(body, "status") ?? "";
  if (response.status === 401 && path !== "session/") onSignedOut();
  return new ApiError(response.status, code, problemsIn(body), body);
}

/** The problems that an answer tells. */
export function problemsIn(body: unknown): Problem[] {
  return listAt(body, "errors").filter(isObject).map(problem);
}

function problem(wire: JsonObject): Problem {
  const params = wire["params"];
  return {
    params: isObject(params) ? params : {},
    pointer: textAt(wire, "pointer") ?? "",
    code: textAt(wire, "code") ?? "",
    message: textAt(wire, "message") ?? "",
  };
}

/** The address of something in the API; what is null is left out of the query. */
export function addressOf(path: string, query: Options["query"] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null);
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  return API + path + (given.length ? `?${text}` : "");
}
