// A shop on Express, as those have it who move from it: `user = {email}` and `cart = [{item, qty}]` in each session.
//
//   OPTIONS='{"kind": "redis", "url": "..", "secrets": [".."], "cookie": {..}, ..}' node app.js
//
// It says which port it has got, and ends with its standard input.
import { createRequire } from "node:module";
import process from "node:process";

import { MongoStore } from "connect-mongo";
import { RedisStore } from "connect-redis";
import express from "express";
import session from "express-session";
import { BSON, MongoClient } from "mongodb";
import { createClient, createCluster, createSentinel } from "redis";

const require = createRequire(import.meta.url);
const options = JSON.parse(process.env.OPTIONS);

async function store() {
  const { kind, url, prefix, collection, embedded, touchAfter, timestamps } = options;
  switch (kind) {
    case "redis": {
      return new RedisStore({ client: await redis(url), prefix });
    }
    case "mongodb-session": {
      const ConnectMongodbSession = require("connect-mongodb-session")(session);
      const store = new ConnectMongodbSession({ uri: url, collection });
      await store.initialConnectionPromise;
      return store;
    }
    case "connect-mongo": {
      const store = MongoStore.create({
        mongoUrl: url,
        collectionName: collection,
        stringify: !embedded,
        touchAfter,
        timestamps,
      });
      await store.collectionP;
      return store;
    }
    default:
      throw new Error(`no such kind: ${kind}`);
  }
}

// A client for what a URL of session-kit names: a server, a cluster, or whom Sentinels watch over.
async function redis(url) {
  const [scheme, place] = url.split("://");
  const [nodes, name] = place.split("/");
  let client;
  if (scheme === "redis+cluster") {
    client = createCluster({ rootNodes: nodes.split(",").map((node) => ({ url: `redis://${node}` })) });
  } else if (scheme === "redis+sentinel") {
    const address = ([host, port]) => ({ host, port: Number(port) });
    client = createSentinel({ name, sentinelRootNodes: nodes.split(",").map((node) => address(node.split(":"))) });
  } else {
    client = createClient({ url });
  }
  client.on("error", (error) => console.error(error));
  await client.connect();
  return client;
}

// The session of this id as it is stored, with all types.
async function stored(sid) {
  const { kind, url, prefix = "sess:" } = options;
  if (kind === "redis") {
    const client = await redis(url);
    const [value, millis] = await Promise.all([client.get(prefix + sid), client.pTTL(prefix + sid)]);
    await client.close();
    return { key: prefix + sid, value, millis };
  }
  const document = await inCollection((documents) => documents.findOne({ _id: sid }, { promoteValues: false }));
  return BSON.EJSON.serialize(document, { relaxed: false });
}

// How many are stored.
function count() {
  return options.kind === "redis" ? kept.length() : inCollection((documents) => documents.countDocuments());
}

async function inCollection(ask) {
  const { url, collection = "sessions" } = options;
  const client = await MongoClient.connect(url);
  const answer = await ask(client.db().collection(collection));
  await client.close();
  return answer;
}

// Values of requests: what JSON can't say is said so.
function value(described) {
  return described?.date ? new Date(described.date) : described;
}

const kept = await store();
const app = express();
app.set("trust proxy", options.trustProxy ?? false);
app.use(express.json());
app.use(
  session({
    store: kept,
    secret: options.secrets,
    name: options.name,
    cookie: options.cookie,
    proxy: options.proxy,
    rolling: options.rolling ?? false,
    resave: false,
    saveUninitialized: false,
    unset: options.unset ?? "keep",
  }),
);

app.get("/session", (request, response) => {
  response.json({ sid: request.sessionID, session: request.session });
});

app.get("/stored/:sid", async (request, response) => {
  response.json(await stored(request.params.sid));
});

app.get("/count", async (request, response) => {
  response.json({ sessions: await count() });
});

app.post("/clear", (request, response, next) => {
  kept.clear((error) => (error ? next(error) : response.json({})));
});

app.post("/login", (request, response, next) => {
  const { cart } = request.session;
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.user = { email: request.body.email };
    if (cart) request.session.cart = cart;
    response.json({});
  });
});

app.post("/logout", (request, response) => {
  delete request.session.user;
  response.json({});
});

app.post("/cart", (request, response) => {
  const cart = (request.session.cart ??= []);
  const line = cart.find(({ item }) => item === request.body.item);
  if (line) line.qty += 1;
  else cart.push({ item: request.body.item, qty: 1 });
  // Express stores the session before the last byte is out, and the next request is to see it.
  request.session.save(() => response.json({}));
});

app.post("/set", (request, response) => {
  for (const [name, described] of Object.entries(request.body)) request.session[name] = value(described);
  response.json({});
});

app.post("/max-age", (request, response) => {
  request.session.cookie.maxAge = request.body.millis;
  request.session.remembered = true;
  response.json({});
});

app.post("/destroy", (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : response.json({})));
});

app.post("/unset", (request, response) => {
  request.session = null;
  response.json({});
});

const server = app.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
