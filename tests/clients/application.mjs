// An outside application as small as one can be: openid-client does OpenID Connect, jose checks
// logout tokens, cas-authentication speaks CAS. It listens on a loopback port and says where.
import http from "node:http";
import { createRequire } from "node:module";
import * as client from "openid-client";
import * as jose from "jose";

const CASAuthentication = createRequire(import.meta.url)("cas-authentication");
const { ISSUER, CLIENT_ID, CLIENT_SECRET, DEVICE_ID, PORT } = process.env;
const own = `http://127.0.0.1:${PORT}`;
const insecure = { execute: [client.allowInsecureRequests], timeout: 20 };
const sessions = new Map();
const told = [];
let device = { state: "none" };
let config;
let keys;

async function discovered() {
  if (!config) {
    config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, insecure);
    keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  }
  return config;
}

function session(request, response) {
  const known = /(?:^|; )rp=([^;]+)/.exec(request.headers.cookie ?? "");
  if (known && sessions.has(known[1])) return sessions.get(known[1]);
  const id = client.randomState();
  const made = { id };
  sessions.set(id, made);
  response.setHeader("Set-Cookie", `rp=${id}; HttpOnly; Path=/`);
  return made;
}

async function body(request) {
  let text = "";
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

function say(response, status, data) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(data));
}

function go(response, url) {
  response.writeHead(302, { Location: url.href ?? url });
  response.end();
}

async function login({ response, at, url }) {
  const known = await discovered();
  at.verifier = client.randomPKCECodeVerifier();
  at.state = client.randomState();
  at.nonce = client.randomNonce();
  const asked = {
    redirect_uri: `${own}/callback`,
    scope: url.searchParams.get("scope") ?? "openid profile org roles",
    code_challenge: await client.calculatePKCECodeChallenge(at.verifier),
    code_challenge_method: "S256",
    state: at.state,
    nonce: at.nonce,
  };
  for (const name of ["prompt", "max_age"])
    if (url.searchParams.has(name)) asked[name] = url.searchParams.get(name);
  go(response, client.buildAuthorizationUrl(known, asked));
}

async function callback({ response, at, url }) {
  const tokens = await client.authorizationCodeGrant(await discovered(), new URL(url), {
    pkceCodeVerifier: at.verifier,
    expectedState: at.state,
    expectedNonce: at.nonce,
    idTokenExpected: true,
  });
  at.claims = tokens.claims();
  at.tokens = tokens;
  at.person = await client.fetchUserInfo(config, tokens.access_token, at.claims.sub);
  go(response, `${own}/me`);
}

function me({ response, at }) {
  if (!at.person) return say(response, 401, { signed_in: false });
  say(response, 200, { claims: at.claims, person: at.person, expires_in: at.tokens.expires_in });
}

async function refresh({ response, at }) {
  const before = at.tokens.refresh_token;
  at.tokens = await client.refreshTokenGrant(config, before);
  say(response, 200, { rotated: at.tokens.refresh_token !== before });
}

async function replay({ response, at }) {
  const used = at.tokens.refresh_token;
  at.tokens = await client.refreshTokenGrant(config, used);
  say(response, 200, await outcome(() => client.refreshTokenGrant(config, used)));
}

async function outcome(attempt) {
  try {
    await attempt();
    return { error: null };
  } catch (error) {
    return { error: error.error ?? error.code ?? error.message, status: error.status ?? null };
  }
}

async function introspect({ response, at }) {
  say(response, 200, await client.tokenIntrospection(config, at.tokens.access_token));
}

async function revoke({ response, at }) {
  await client.tokenRevocation(config, at.tokens.refresh_token);
  say(response, 200, await client.tokenIntrospection(config, at.tokens.access_token));
}

async function fetchPerson({ response, at }) {
  const asked = () => client.fetchUserInfo(config, at.tokens.access_token, at.claims.sub);
  say(response, 200, await outcome(asked));
}

async function logout({ response, at }) {
  const url = client.buildEndSessionUrl(await discovered(), {
    post_logout_redirect_uri: `${own}/bye`,
    id_token_hint: at.tokens.id_token,
    state: "left",
  });
  go(response, url);
}

const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

async function backchannel({ request, response }) {
  const token = (await body(request)).get("logout_token");
  await discovered();
  try {
    const { payload } = await jose.jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: CLIENT_ID,
      typ: "logout+jwt",
      algorithms: ["RS256"],
      requiredClaims: ["jti", "iat", "exp", "sub", "sid"],
    });
    if (!(LOGOUT_EVENT in payload.events) || "nonce" in payload) throw new Error("not a logout");
    told.push(payload.sid);
    for (const [id, one] of sessions) if (one.claims?.sid === payload.sid) sessions.delete(id);
    response.writeHead(200).end();
  } catch (error) {
    say(response, 400, { error: String(error) });
  }
}

async function startDevice({ response }) {
  const known = await client.discovery(
    new URL(ISSUER), DEVICE_ID, undefined, client.None(), insecure,
  );
  const answer = await client.initiateDeviceAuthorization(known, { scope: "openid profile" });
  device = { state: "waiting" };
  client
    .pollDeviceAuthorizationGrant(known, answer)
    .then(async (tokens) => {
      const claims = tokens.claims();
      const person = await client.fetchUserInfo(known, tokens.access_token, claims.sub);
      device = { state: "done", claims, person };
    })
    .catch((error) => (device = { state: "failed", error: error.error ?? String(error) }));
  say(response, 200, answer);
}

function cas({ request, response, at, url }) {
  const door = new CASAuthentication({
    cas_url: `${ISSUER}/cas`,
    service_url: own,
    cas_version: url.pathname.startsWith("/cas2") ? "2.0" : "3.0",
    session_info: "cas_info",
  });
  door.cas_port = Number(new URL(ISSUER).port);
  request.query = Object.fromEntries(url.searchParams);
  request.session = at;
  response.redirect = (to) => go(response, to);
  response.sendStatus = (status) => response.writeHead(status).end();
  door.bounce(request, response, () =>
    say(response, 200, { user: at.cas_user, info: at.cas_info ?? {} }),
  );
}

async function casNotice({ request, response }) {
  const asked = (await body(request)).get("logoutRequest") ?? "";
  const found = /<samlp:SessionIndex>([^<]+)<\/samlp:SessionIndex>/.exec(asked);
  if (found) told.push(found[1]);
  for (const [id, one] of sessions) if (one.ticket === found?.[1]) sessions.delete(id);
  response.writeHead(200).end();
}

const ways = {
  "GET /login": login,
  "GET /callback": callback,
  "GET /me": me,
  "POST /refresh": refresh,
  "POST /replay": replay,
  "POST /introspect": introspect,
  "POST /revoke": revoke,
  "POST /person": fetchPerson,
  "GET /logout": logout,
  "GET /bye": ({ response, url }) => say(response, 200, { state: url.searchParams.get("state") }),
  "POST /backchannel": backchannel,
  "GET /told": ({ response }) => say(response, 200, told),
  "POST /device": startDevice,
  "GET /device": ({ response }) => say(response, 200, device),
  "GET /cas2": cas,
  "GET /cas3": cas,
  "POST /cas2": casNotice,
  "POST /cas3": casNotice,
};

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, own);
  const way = ways[`${request.method} ${url.pathname}`];
  if (!way) return say(response, 404, {});
  try {
    const at = session(request, response);
    if (url.searchParams.has("ticket")) at.ticket = url.searchParams.get("ticket");
    await way({ request, response, at, url });
  } catch (error) {
    say(response, 500, { error: error.error ?? error.code ?? error.message, more: String(error.cause) });
  }
});
server.listen(Number(PORT), "127.0.0.1", () => console.log("ready"));
