// calls.mjs URL KEY CALLS: what calls.c does, by the official Node SDK, which
// is looked for where NODE_MODULES says.
import { createRequire } from "node:module";

const [url, key, count] = process.argv.slice(2);
const require = createRequire(process.env.NODE_MODULES + "/");
const OpenAI = require("openai");
const client = new OpenAI({ adminAPIKey: key, baseURL: url });
const call = () =>
  client.admin.organization.invites.create({
    email: "bench@example.com",
    role: "reader",
    projects: [],
  });
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

// The compiler needs some rounds before it is as fast as it gets.
for (let i = 0; i < 200; i++) await call();
const before = cpu();
for (let i = 0; i < count; i++) await call();
console.log((cpu() - before) / count);
