// The official Node SDK, the first version that knows the Admin API and the
// newest, as they are, against the daemon.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { Daemon } from "./daemon.mjs";

const versions = { "6.36.0": "openai-6-36", "7.57.0": "openai-7-57" };

for (const [version, name] of Object.entries(versions)) {
  const { default: OpenAI } = await import(name);

  describe(`openai ${version}`, () => {
    let daemon, client, organization, invites, number = 0;
    const fresh = () => `p${++number}@example.com`;

    before(async () => { daemon = await Daemon.start(); });
    after(() => daemon.stop());
    beforeEach(() => {
      client = new OpenAI({
        adminAPIKey: daemon.key, baseURL: `${daemon.url}/v1`,
      });
      organization = client.admin.organization;
      invites = organization.invites;
    });

    it("is the version it should be", async () => {
      let agent;
      await new OpenAI({
        adminAPIKey: daemon.key, baseURL: `${daemon.url}/v1`,
        fetch: (url, init) => {
          agent = new Headers(init.headers).get("user-agent");
          return fetch(url, init);
        },
      }).admin.organization.invites.list();
      assert.match(agent, new RegExp(`/JS ${version.replaceAll(".", "\\.")}`));
    });

    it("lists nothing where there is nothing", async () => {
      const page = await organization.users.list();
      assert.deepEqual(page.data, []);
      assert.equal(page.has_more, false);
      assert.equal(page.hasNextPage(), false);
    });

    it("creates an invite as the documentation does", async () => {
      process.env.OPENAI_ADMIN_KEY = daemon.key;
      process.env.OPENAI_BASE_URL = `${daemon.url}/v1`;
      const client = new OpenAI({
        adminAPIKey: process.env["OPENAI_ADMIN_KEY"],
      });
      const invite = await client.admin.organization.invites.create({
        email: "email@example.com", role: "reader",
      });
      delete process.env.OPENAI_ADMIN_KEY;
      delete process.env.OPENAI_BASE_URL;
      assert.match(invite.id, /^invite-/);
      assert.equal(invite.object, "organization.invite");
      assert.equal(invite.status, "pending");
      assert.equal(invite.email, "email@example.com");
      assert.match(await daemon.mail("email@example.com"), /Message-ID: /i);
    });

    it("knows three kinds of projects", async () => {
      const project = await organization.projects.create({ name: "Engine" });
      const omitted = await invites.create({ email: fresh(), role: "reader" });
      assert.equal(omitted.projects.length, 1);
      assert.equal(omitted.projects[0].role, "member");
      const none = await invites.create({
        email: fresh(), role: "reader", projects: [] });
      assert.deepEqual(none.projects, []);
      const named = await invites.create({
        email: fresh(), role: "owner",
        projects: [{ id: project.id, role: "owner" }] });
      assert.deepEqual(named.projects, [{ id: project.id, role: "owner" }]);
      const nothing = await invites.create({
        email: fresh(), role: "reader", projects: null });
      assert.deepEqual(nothing.projects, omitted.projects);
    });

    it("pages through a list by itself", async () => {
      const made = [];
      for (let i = 0; i < 12; i++) {
        const invite = await invites.create({ email: fresh(), role: "reader" });
        made.unshift(invite.id);
      }
      const listed = [];
      for await (const invite of invites.list({ limit: 5 })) {
        listed.push(invite.id);
      }
      assert.deepEqual(listed.slice(0, 12), made);
      assert.equal(new Set(listed).size, listed.length);

      const page = await invites.list({ limit: 5 });
      const next = await page.getNextPage();
      assert.equal(page.data.at(-1).id, page.last_id);
      assert.deepEqual(next.data.map((one) => one.id), made.slice(5, 10));
    });

    it("retrieves and deletes", async () => {
      const invite = await invites.create({ email: fresh(), role: "reader" });
      const again = await invites.retrieve(invite.id);
      assert.equal(again.email, invite.email);
      assert.equal(again.accepted_at, null);
      assert.deepEqual(await invites.delete(invite.id), {
        object: "organization.invite.deleted", id: invite.id, deleted: true });
      await assert.rejects(invites.retrieve(invite.id), OpenAI.NotFoundError);
    });

    it("shows what an acceptance granted", async () => {
      const email = fresh();
      const project = await organization.projects.create({ name: "Engine" });
      // Extensions go into the body as they are.
      const invite = await invites.create({
        email, role: "owner", send_email: false, expires_in_seconds: 3600,
        projects: [{ id: project.id, role: "member" }] });
      assert.equal(invite.expires_at - invite.created_at, 3600);
      const [, token] = invite.accept_url.split("#");
      const answer = await fetch(`${daemon.url}/v1/invitations/accept`, {
        method: "POST", body: JSON.stringify({ token, name: "Ada" }) });
      // fetch calls such a body text, which is refused.
      assert.equal(answer.status, 415);
      const again = await fetch(answer.url, {
        method: "POST", body: JSON.stringify({ token, name: "Ada" }),
        headers: { "content-type": "application/json" } });
      const { user_id: id } = await again.json();
      const users = await organization.users.list({
        emails: [email.toUpperCase()] });
      assert.deepEqual(users.data.map((one) => one.id), [id]);
      assert.equal((await organization.users.retrieve(id)).name, "Ada");
      const members = await organization.projects.users.list(project.id);
      assert.deepEqual(members.data.map((one) => [one.id, one.role]),
        [[id, "member"]]);
      await assert.rejects(invites.delete(invite.id), /already accepted/);
      await assert.rejects(invites.create({ email, role: "owner" }),
        /already exists/);
    });

    const failures = {
      "a conflict": [
        async () => {
          const email = fresh();
          await invites.create({ email, role: "reader" });
          await invites.create({ email, role: "owner" });
        }, "BadRequestError", 400, "invite_already_exists", 2],
      "a bad address": [
        () => invites.create({ email: "nonsense", role: "reader" }),
        "BadRequestError", 400, "invalid_email", 1],
      "a misspelt member": [
        () => invites.create({ email: fresh(), role: "reader", project: [] }),
        "BadRequestError", 400, "unknown_parameter", 1],
      "a limit beyond": [() => invites.list({ limit: 101 }),
        "BadRequestError", 400, "integer_above_max_value", 1],
      "an unknown id": [() => invites.retrieve("invite-abc"),
        "NotFoundError", 404, "invite_not_found", 1],
      "a path for an id": [() => invites.retrieve("a/../b c%?d#e"),
        "NotFoundError", 404, "invite_not_found", 1],
      "a wrong key": [
        () => new OpenAI({
          adminAPIKey: "sk-admin-wrong", baseURL: `${daemon.url}/v1`,
        }).admin.organization.invites.list(),
        "AuthenticationError", 401, "invalid_api_key", 1],
      "another organization": [
        () => new OpenAI({
          adminAPIKey: daemon.key, baseURL: `${daemon.url}/v1`,
          organization: "org-0000000000001",
        }).admin.organization.invites.list(),
        "AuthenticationError", 401, "mismatched_organization", 1],
    };
    for (const [what, [call, kind, status, code, requests]] of
      Object.entries(failures)) {
      it(`tells ${what}, and asks once`, async () => {
        const answered = await daemon.requests();
        await assert.rejects(call, (error) => {
          assert.ok(error instanceof OpenAI[kind], `${error}`);
          assert.equal(error.status, status);
          assert.equal(error.code, code);
          assert.equal(error.type, "invalid_request_error");
          assert.match(error.requestID, /^req_[0-9a-f]{32}$/);
          return true;
        });
        // ... and one for asking how many.
        assert.equal(await daemon.requests() - answered, requests + 1);
      });
    }

    it("has request ids", async () => {
      const { data, request_id: id } =
        await invites.list().withResponse();
      assert.match(id, /^req_/);
      assert.equal(typeof data.has_more, "boolean");
      assert.equal((await invites.retrieve(data.data[0].id))._request_id
        .slice(0, 4), "req_");
    });

    it("makes many at once", async () => {
      const made = await Promise.all(Array.from({ length: 100 }, () =>
        invites.create({ email: fresh(), role: "reader" })));
      assert.equal(new Set(made.map((one) => one.id)).size, 100);
    });
  });
}
