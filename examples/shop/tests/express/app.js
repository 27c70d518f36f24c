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
import { createClient } from "redis";

const require = createRequire(import.meta.url);
const options = JSON.parse(process.env.OPTIONS);

async function store() {
  const { kind, url, prefix, collection, embedded, touchAfter, timestamps } = options;
  switch (kind) {
    case "redis": {
      const client = createClient({ url });
      client.on("error", (error) => console.error(error));
      await client.connect();
      return new RedisStore({ client, prefix });
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

// The session of this id as it is stored, with all types.
async function stored(sid) {
  const { kind, url, prefix = "sess:", collection = "sessions" } = options;
  if (kind === "redis") {
    const client = await createClient({ url }).connect();
    const [value, millis] = await Promise.all([client.get(prefix + sid), client.pTTL(prefix + sid)]);
    await client.close();
    return { key: prefix + sid, value, millis };
  }
  const client = await MongoClient.connect(url);
  const documents = client.db().collection(collection);
  const document = await documents.findOne({ _id: sid }, { promoteValues: false });
  await client.close();
  return BSON.EJSON.serialize(document, { relaxed: false });
}

// Values of requests: what JSON can't say is said so.
function value(described) {
  return described?.date ? new Date(described.date) : described;
}

const app = express();
app.use(express.json());
app.use(
  session({
    store: await store(),
    secret: options.secrets,
    name: options.name,
    cookie: options.cookie,
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
