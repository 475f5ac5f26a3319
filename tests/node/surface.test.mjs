// Every method of the official Node SDK on what an invite touches, driven with
// success and for the errors that ../sdk/refusals.json lists, which the Python
// SDK is asked for, too.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readFile } from "node:fs/promises";

import OpenAI from "openai-7-57";
import First from "openai-6-36";

import { Daemon } from "./daemon.mjs";

// All that the newest SDK has of it.
const surface = {
  adminAPIKeys: "create retrieve list delete",
  auditLogs: "list",
  groups: "create retrieve update list delete",
  "groups.roles": "create retrieve list delete",
  "groups.users": "create retrieve list delete",
  invites: "create retrieve list delete",
  projects: "create retrieve update list archive",
  "projects.apiKeys": "retrieve update list delete",
  "projects.groups": "create retrieve list delete",
  "projects.groups.roles": "create retrieve list delete",
  "projects.roles": "create retrieve update list delete",
  "projects.serviceAccounts": "create retrieve update list delete",
  "projects.serviceAccounts.apiKeys": "create",
  "projects.users": "create retrieve update list delete",
  "projects.users.roles": "create retrieve list delete",
  roles: "create retrieve update list delete",
  users: "retrieve update list delete",
  "users.roles": "create retrieve list delete",
};
const methods = new Set(Object.entries(surface).flatMap(
  ([resource, names]) => names.split(" ").map((name) =>
    `${resource}.${name}`)));

// What else stands there is about other things.
const others = /^(certificates|dataRetention|external(Keys|Storage)|spend\w+|usage|workloadIdentity\w+|projects\.(certificates|dataRetention|hosted\w+|model\w+|rateLimits|service\w+Tier\w*|serviceTier\w+|spend\w+))(\.|$)/;

// The methods below a resource: those of its class, then of what it holds.
function* methodsOf(resource, path = "") {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(resource));
  for (const name of own) {
    if (path && name !== "constructor") yield path + name;
  }
  for (const [name, below] of Object.entries(resource)) {
    if (below?._client && !others.test(path + name)) {
      yield* methodsOf(below, `${path}${name}.`);
    }
  }
}

// A resource that notes which methods were called.
function driven(resource, seen, path = "") {
  return new Proxy(resource, {
    get(target, name) {
      const value = target[name];
      if (typeof value === "function") {
        seen.add(path + name);
        return value.bind(target);
      }
      return value?._client ? driven(value, seen, `${path}${name}.`) : value;
    },
  });
}

async function all(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}

const ids = async (list) => (await all(list)).map((one) => one.id);

// Invites somebody, who accepts; their id.
async function join(daemon, org, email, role = "reader") {
  const invite = await org.invites.create({
    email, role, projects: [], send_email: false });
  const answer = await fetch(`${daemon.url}/v1/invitations/accept`, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: invite.accept_url.split("#")[1],
      name: "Ada" }),
  });
  return (await answer.json()).user_id;
}

const scenarios = {
  async invites({ invites }) {
    const made = await invites.create({
      email: "new@example.com", role: "reader" });
    assert.equal((await invites.retrieve(made.id)).email, made.email);
    assert.deepEqual(await ids(invites.list({ limit: 1 })), [made.id]);
    assert.equal((await invites.delete(made.id)).deleted, true);
  },

  async users(org, daemon) {
    const ada = await join(daemon, org, "ada@example.com");
    const bob = await join(daemon, org, "bob@example.com");
    assert.equal((await ids(org.users.list({ limit: 1 }))).length, 2);
    const changed = await org.users.update(ada, { role: "owner" });
    assert.equal(changed.role, "owner");
    assert.deepEqual(await org.users.retrieve(ada), changed);
    assert.equal((await org.users.delete(bob)).deleted, true);
  },

  async projects({ projects }) {
    const made = await projects.create({ name: "Engine" });
    assert.deepEqual(await projects.retrieve(made.id), made);
    const changed = await projects.update(made.id, { name: "Motor" });
    assert.equal(changed.name, "Motor");
    assert.ok((await ids(projects.list({ limit: 1 }))).includes(made.id));
    assert.equal((await projects.archive(made.id)).status, "archived");
  },

  async projectUsers(org, daemon) {
    const carol = await join(daemon, org, "carol@example.com");
    const { id: project_id } = await org.projects.create({ name: "Users" });
    const { users } = org.projects;
    const added = await users.create(project_id, {
      user_id: carol, role: "member" });
    assert.deepEqual(await users.retrieve(carol, { project_id }), added);
    assert.equal((await users.update(carol, { project_id, role: "owner" }))
      .role, "owner");
    assert.deepEqual(await ids(users.list(project_id)), [carol]);
    assert.equal((await users.delete(carol, { project_id })).deleted, true);
  },

  async groups(org, daemon) {
    const dan = await join(daemon, org, "dan@example.com");
    const { groups } = org;
    const { id: group_id } = await groups.create({ name: "Crew" });
    assert.equal((await groups.retrieve(group_id)).name, "Crew");
    await groups.update(group_id, { name: "Night crew" });
    assert.deepEqual(await ids(groups.list({ limit: 1 })), [group_id]);
    await groups.users.create(group_id, { user_id: dan });
    assert.equal((await groups.users.retrieve(dan, { group_id })).id, dan);
    assert.deepEqual(await ids(groups.users.list(group_id)), [dan]);
    await groups.users.delete(dan, { group_id });
    assert.equal((await groups.delete(group_id)).deleted, true);
  },

  async projectGroups(org) {
    const { id: group_id } = await org.groups.create({ name: "Builders" });
    const { id: project_id } = await org.projects.create({ name: "Groups" });
    const { groups } = org.projects;
    const added = await groups.create(project_id, {
      group_id, role: "role-api-project-member" });
    assert.equal(added.group_name, "Builders");
    assert.equal((await groups.retrieve(group_id, { project_id })).group_id,
      group_id);
    assert.equal((await all(groups.list(project_id))).length, 1);
    assert.equal((await groups.delete(group_id, { project_id })).deleted, true);
  },

  async roles(org) {
    const { id: project_id } = await org.projects.create({ name: "Roles" });
    for (const [roles, first, where] of [
      [org.roles, [], undefined],
      [org.projects.roles, [project_id], { project_id }]]) {
      const one = where ? [where] : [];
      const made = await roles.create(...first, {
        role_name: "Auditor", permissions: ["a.b"] });
      assert.deepEqual(await roles.retrieve(made.id, ...one), made);
      const changed = await roles.update(made.id, {
        ...where, description: "Looks" });
      assert.equal(changed.description, "Looks");
      const listed = await ids(roles.list(...first, { limit: 1 }));
      assert.ok(listed.includes(made.id));
      assert.equal((await roles.delete(made.id, ...one)).deleted, true);
    }
  },

  async assignments(org, daemon) {
    const user_id = await join(daemon, org, "eve@example.com");
    const { id: group_id } = await org.groups.create({ name: "Assigned" });
    const { id: project_id } = await org.projects.create({ name: "Assigned" });
    await org.projects.users.create(project_id, { user_id, role: "member" });
    await org.projects.groups.create(project_id, {
      group_id, role: "role-api-project-member" });
    const role = { role_name: "Reviewer", permissions: ["a"] };
    const { id: own } = await org.roles.create(role);
    const { id: local } = await org.projects.roles.create(project_id, role);
    for (const [roles, role_id, first, where, inside] of [
      [org.users.roles, own, user_id, { user_id }, {}],
      [org.groups.roles, own, group_id, { group_id }, {}],
      [org.projects.users.roles, local, user_id, { project_id, user_id },
        { project_id }],
      [org.projects.groups.roles, local, group_id, { project_id, group_id },
        { project_id }]]) {
      const given = await roles.create(first, { ...inside, role_id });
      assert.equal(given.role.id, role_id);
      assert.equal((await roles.retrieve(role_id, where)).name, "Reviewer");
      assert.ok((await ids(roles.list(first, { ...inside, limit: 1 })))
        .includes(role_id));
      assert.equal((await roles.delete(role_id, where)).deleted, true);
    }
  },

  async serviceAccounts(org) {
    const { id: project_id } = await org.projects.create({ name: "Accounts" });
    const { serviceAccounts: accounts, apiKeys: keys } = org.projects;
    const made = await accounts.create(project_id, { name: "ci" });
    assert.match(made.api_key.value, /^sk-/);
    assert.equal((await accounts.retrieve(made.id, { project_id })).name, "ci");
    const changed = await accounts.update(made.id, { project_id, name: "cd" });
    assert.equal(changed.name, "cd");
    assert.deepEqual(await ids(accounts.list(project_id)), [made.id]);
    const second = await accounts.apiKeys.create(made.id, {
      project_id, name: "second" });
    assert.equal((await ids(keys.list(project_id, { limit: 1 }))).length, 2);
    const key = await keys.retrieve(second.id, { project_id });
    assert.equal(key.name, "second");
    assert.equal(JSON.stringify(key).includes(second.value), false);
    const later = await keys.update(second.id, {
      project_id, expires_in_seconds: 60 });
    assert.ok(later.expires_at > later.created_at);
    assert.equal((await keys.delete(second.id, { project_id })).deleted, true);
    assert.equal((await accounts.delete(made.id, { project_id })).deleted,
      true);
  },

  async adminKeys({ adminAPIKeys: keys }) {
    const made = await keys.create({ name: "terraform" });
    assert.match(made.value, /^sk-admin-/);
    const there = await keys.retrieve(made.id);
    assert.equal(there.name, "terraform");
    assert.ok(!there.value);
    // Sent as ?after= by the SDK: that is none.
    const listed = await all(keys.list({ after: null, limit: 1 }));
    assert.ok(listed.some((one) => one.id === made.id));
    assert.equal((await keys.delete(made.id)).deleted, true);
  },

  async auditLogs(org) {
    const made = await org.invites.create({
      email: "seen@example.com", role: "reader" });
    const [event, ...more] = await all(org.auditLogs.list({
      event_types: ["invite.sent"], resource_ids: [made.id], limit: 1 }));
    assert.equal(event["invite.sent"].data.email, "seen@example.com");
    assert.deepEqual(more, []);
  },
};

// What refusals.json calls a method, as it is called here.
const names = { admin_api_keys: "adminAPIKeys", audit_logs: "auditLogs",
  api_keys: "apiKeys", service_accounts: "serviceAccounts" };

// One of each thing, by the names that refusals.json has for them.
async function worldOf(daemon, org) {
  const world = { owner: await join(daemon, org, "owner@example.org", "owner") };
  for (const name of ["ada", "bob"]) {
    world[name] = await join(daemon, org, `${name}@example.org`);
  }
  [world.default] = await ids(org.projects.list());
  [world.key] = await ids(org.adminAPIKeys.list());
  const member = { user_id: world.ada, role: "member" };
  for (const name of ["project", "archived"]) {
    world[name] = (await org.projects.create({ name })).id;
    await org.projects.users.create(world[name], member);
  }
  await org.projects.archive(world.archived);
  world.group = (await org.groups.create({ name: "Refusals" })).id;
  return world;
}

function filled(value, world) {
  if (Array.isArray(value)) return value.map((one) => filled(one, world));
  if (typeof value === "string" && value.startsWith("$")) {
    return world[value.slice(1)];
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(
    ([name, one]) => [name, filled(one, world)]));
}

// "400 invalid_value" of a call that is refused, or that it was not.
async function told(org, world, method, args, more) {
  const path = method.split(".").map((name) => names[name] ?? name);
  const call = path.pop();
  const resource = path.reduce((at, name) => at[name], org);
  const params = Object.keys(more).length ? [filled(more, world)] : [];
  try {
    await resource[call](...filled(args, world), ...params);
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    return `${error.status} ${error.code}`;
  }
  return "done";
}

describe("the whole surface", () => {
  let daemon, other;
  const client = (of) => new OpenAI({
    adminAPIKey: of.key, baseURL: `${of.url}/v1`, maxRetries: 0 })
    .admin.organization;

  before(async () => {
    daemon = await Daemon.start("--mail", "none:");
    other = await Daemon.start("--mail", "none:");
  });
  after(async () => { await daemon.stop(); await other.stop(); });

  it("has no method that is not in the table", () => {
    assert.deepEqual(new Set(methodsOf(client(daemon))), methods);
    assert.equal(methods.size, 72);
    const first = new First({ adminAPIKey: "x" }).admin.organization;
    for (const method of methodsOf(first)) assert.ok(methods.has(method), method);
  });

  it("does what each method says", async () => {
    const seen = new Set();
    for (const [name, scenario] of Object.entries(scenarios)) {
      await scenario(driven(client(daemon), seen), daemon).catch((cause) => {
        throw new Error(`${name}: ${cause.message}`, { cause });
      });
    }
    assert.deepEqual(seen, methods);
  });

  it("is refused with the class and code that is documented", async () => {
    const org = client(other);
    const refusals = JSON.parse(await readFile(
      new URL("../sdk/refusals.json", import.meta.url), "utf8"));
    const world = await worldOf(other, org);
    const wrong = [];
    for (const [method, args, more, status, code] of refusals) {
      const said = await told(org, world, method, args, more);
      if (said !== `${status} ${code}`) {
        wrong.push(`${method} ${JSON.stringify([args, more])}: ${said}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});
