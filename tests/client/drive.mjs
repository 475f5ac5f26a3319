// drive.c's twin on the official Node SDK: the same lines in, and enough of
// the same out for the two to be compared. Pauses are recorded, not slept:
// timers shorter than the SDK's own ten minutes are pauses.
import { createInterface } from "node:readline";
import OpenAI from "openai";

const pauses = [];
const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = (run, ms = 0, ...rest) => {
  if (ms < 1 || ms > 200_000) return realSetTimeout(run, ms, ...rest);
  if (new Error().stack.includes("utils/sleep")) {
    pauses.push(ms);
    return realSetTimeout(run, 0, ...rest);
  }
  return realSetTimeout(run, ms, ...rest);
};

const given = (line, ...names) =>
  Object.fromEntries(names.filter((n) => n in line).map((n) => [n, line[n]]));

async function all(pages) {
  const ids = [];
  for await (const item of pages) ids.push(item.id);
  return { ids };
}

// The options of the one call, as the SDK has them.
function optionsOf({ options = {} }) {
  const out = {};
  if (options.timeout_ms) out.timeout = options.timeout_ms;
  if (options.max_retries) out.maxRetries = Math.max(options.max_retries, 0);
  if (options.headers)
    out.headers = Object.fromEntries(
      options.headers.split("\n").map((line) => line.split(": ")),
    );
  return out;
}

// What came with an answer, as inv_meta() tells it.
async function raw(promise) {
  const answer = await promise.asResponse();
  return {
    status_code: answer.status,
    json: await answer.text(),
    request_id: answer.headers.get("x-request-id") ?? "",
    other: answer.headers.get("x-other"),
  };
}

// As it is at that time.
async function unwrap(client, line) {
  const headers = {};
  for (const name of ["id", "timestamp", "signature"])
    if (name in line) headers[`webhook-${name}`] = line[name];
  const real = Date.now;
  Date.now = () => line.now * 1000;
  try {
    return await client.webhooks.unwrap(
      line.body,
      headers,
      line.secrets,
      line.tolerance,
    );
  } finally {
    Date.now = real;
  }
}

async function run(client, line) {
  if (line.call === "webhook") return unwrap(client, line);
  const org = client.admin.organization;
  const page = given(line, "after", "limit");
  const options = optionsOf(line);
  switch (line.call) {
    case "create":
      return org.invites.create(
        given(line, "email", "role", "projects"),
        options,
      );
    case "retrieve":
      return line.raw
        ? raw(org.invites.retrieve(line.id, options))
        : org.invites.retrieve(line.id, options);
    case "list":
      return all(org.invites.list(page, options));
    case "delete":
      return org.invites.delete(line.id, options);
    case "projects_create":
      return org.projects.create(
        given(line, "name", "residency", "external_key_id"),
        options,
      );
    case "projects_retrieve":
      return org.projects.retrieve(line.id);
    case "projects_list":
      return org.projects.list({ ...page, ...given(line, "include_archived") });
    case "projects_users":
      return org.projects.users.list(line.id, page);
    case "users_retrieve":
      return org.users.retrieve(line.id);
    case "users_list":
      return org.users.list({ ...page, ...given(line, "emails") });
  }
  throw new Error(line.call);
}

let client;
for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text);
  let out = { ok: true, status: null };
  pauses.length = 0;
  if (line.call === "new") {
    client = new OpenAI({
      adminAPIKey: line.admin_api_key,
      baseURL: line.base_url,
      organization: line.organization,
      project: line.project,
    });
  } else {
    try {
      out.result = await run(client, line);
    } catch (err) {
      if (!(err instanceof OpenAI.APIError) && line.call !== "webhook")
        throw err;
      out = {
        ok: false,
        status: err.status ?? 0,
        code: err.code ?? null,
        request_id: err.requestID ?? null,
      };
    }
  }
  out.pauses = [...pauses];
  console.log(JSON.stringify(out));
}
