// A deployment without a token for its operator, and without a list of origins.
import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import { freshRoom, request } from "./client.ts";

const BEFORE = { ...env };
afterEach(() => {
  Object.assign(env, BEFORE);
});

test.each(["null", "undefined", "Bearer null", "Bearer undefined", "Bearer "])(
  "[C12] [C24] nobody is the operator of a deployment that has no token, also not by saying '%s'",
  async (authorization) => {
    for (const token of [undefined, "", "short"]) {
      Object.assign(env, { ADMIN_TOKEN: token });
      const headers = { Authorization: authorization };
      expect((await request(`/api/room/${freshRoom()}/stats`, { headers })).status).toBe(404);
      expect((await request(`/api/room/${freshRoom()}`, { method: "DELETE", headers })).status).toBe(404);
    }
  },
);

test("[C12] [C24] no operator asks without saying so", async () => {
  expect((await request(`/api/room/${freshRoom()}/stats`)).status).toBe(404);
});

const statusFor = async (origin: string) =>
  (await request("/api/room", { method: "POST", headers: { Origin: origin } })).status;

test("[C11] without a list only pages of the Worker's own origin may come", async () => {
  Object.assign(env, { ALLOWED_ORIGINS: undefined });
  expect(await statusFor("https://elsewhere.example")).toBe(403);
  expect(await statusFor("https://chat.example")).toBe(200);
});
