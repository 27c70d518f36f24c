// The shop's cart on Express: the same page, forms, headers and session, as who runs Express in production has them.
//
//   PACKAGES=FILE STORE=URL NODE_ENV=production node express.mjs
//
// Packages are those beside the file that PACKAGES names. The first line on stdout says where it listens.
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(process.env.PACKAGES);
const express = require("express");
const session = require("express-session");

const DAY = 24 * 60 * 60 * 1000;
const PRODUCTS = new Map([
  ["teapot", { name: "Stoneware teapot", price: 3800 }],
  ["mug", { name: "Everyday mug", price: 1400 }],
  ["sencha", { name: "Green sencha, 100 g", price: 1150 }],
  ["tin", { name: "Tea tin", price: 950 }],
  ["honey", { name: "Linden honey", price: 780 }],
  ["spoon", { name: "Brass spoon", price: 620 }],
]);
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  vary: "Cookie, Accept",
  "x-content-type-options": "nosniff",
};
const ESCAPED = { "&": "&#38;", "<": "&#60;", ">": "&#62;", '"': "&#34;", "'": "&#39;" };

async function store(url) {
  if (url.startsWith("redis:")) {
    const { RedisStore } = require("connect-redis");
    const client = require("redis").createClient({ url });
    client.on("error", (error) => console.error(error));
    await client.connect();
    return new RedisStore({ client });
  }
  const ConnectMongodbSession = require("connect-mongodb-session")(session);
  const store = new ConnectMongodbSession({ uri: url });
  await store.initialConnectionPromise;
  return store;
}

const escape = (text) => text.replace(/[&<>"']/g, (character) => ESCAPED[character]);
const price = (cents) => `€\u{a0}${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
const nameOf = (item) => PRODUCTS.get(item)?.name ?? item;

// A template literal: no template language for Node is quicker.
function page({ user, cart = [], notice }) {
  const quantity = cart.reduce((sum, { qty }) => sum + qty, 0);
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Cart · Leaf &amp; Kettle</title>
  <link rel="icon" href="/mark.svg?v=00000000" type="image/svg+xml">
  <link rel="stylesheet" href="/shop.css?v=00000000">
</head>
<body>
  <a class="skip" href="#content">Skip to the content</a>
  <header class="top">
    <div class="bar">
      <a class="brand" href="/"><img src="/mark.svg?v=00000000" alt="" width="28" height="28"> <span>Leaf &amp; Kettle</span></a>
      <nav aria-label="Main">
        <ul>${
          user
            ? `
          <li><a href="/account" title="Signed in as ${escape(user.email)}">Account</a></li>`
            : `
          <li><a href="/login">Sign in</a></li>`
        }
          <li><a href="/cart">Cart <span class="badge${quantity === 0 ? " none" : ""}">${quantity}<span class="unseen"> in it</span></span></a></li>
        </ul>
      </nav>
    </div>
  </header>
  <main id="content">${
    notice
      ? `
    <p class="notice" role="status">${escape(notice)}</p>`
      : ""
  }
    
<h1>Your cart</h1>${cart.length === 0 ? empty() : rows(cart)}

  </main>
  <footer>
    <p>The example shop of session-kit. Nothing is sold, nothing is sent.</p>
  </footer>
</body>
</html>`;
}

const empty = () => `
<section class="panel empty">
  <p>There is nothing in it yet.</p>
  <a class="button" href="/">See what there is</a>
</section>`;

function rows(cart) {
  const total = cart.reduce((sum, { item, qty }) => sum + (PRODUCTS.get(item)?.price ?? 0) * qty, 0);
  const hint = `
  <p class="hint">What we get on request is not in it.</p>`;
  return `
<ul class="rows panel">${cart.map(row).join("")}
</ul>
<div class="total">
  <p><span>Total</span> <strong class="price">${price(total)}</strong></p>${cart.every(({ item }) => PRODUCTS.has(item)) ? "" : hint}
  <a class="button quiet" href="/">Keep shopping</a>
</div>`;
}

function row({ item, qty }) {
  const product = PRODUCTS.get(item);
  const name = escape(nameOf(item));
  return `
  <li class="line">
    <svg class="picture" aria-hidden="true" viewBox="0 0 96 96"><use href="/pictures.svg?v=00000000#${product ? item : "request"}"></use></svg>
    <div class="what">
      <h2>${name}</h2>
      <p>${qty}${product ? ` × ${price(product.price)}` : ""}</p>
    </div>
    <p class="price">${product ? price(product.price * qty) : "on request"}</p>
    <form method="post" action="/cart/remove">
      <input type="hidden" name="item" value="${escape(item)}">
      <button class="quiet" aria-label="Remove ${name}">Remove</button>
    </form>
  </li>`;
}

const app = express();
app.disable("x-powered-by");
// A page that nobody may keep needs no tag, and hashing it takes time.
app.disable("etag");
app.use((request, response, next) => {
  const site = request.get("sec-fetch-site") ?? "none";
  if (request.method === "POST" && site !== "same-origin" && site !== "none") return response.sendStatus(403);
  response.set(HEADERS);
  next();
});
app.use(
  session({
    store: await store(process.env.STORE),
    secret: "one that is long enough to be told to nobody",
    cookie: { maxAge: DAY, sameSite: "lax" },
    resave: false,
    saveUninitialized: false,
  }),
);
app.use(express.urlencoded({ extended: false, limit: "16kb" }));

app.get("/cart", (request, response) => {
  const { user, cart, notice } = request.session;
  if (notice !== undefined) delete request.session.notice;
  response.type("html").send(page({ user, cart, notice }));
});

app.post("/cart/add", (request, response) => {
  const item = String(request.body.item ?? "").trim();
  const qty = Number(request.body.qty ?? 1);
  const isCountable = Number.isInteger(qty) && 0 < qty && qty < 1000;
  if (item === "" || item.length > 64 || !isCountable) return response.sendStatus(422);
  const cart = (request.session.cart ??= []);
  const line = cart.find((line) => line.item === item);
  if (line) line.qty += qty;
  else cart.push({ item, qty });
  request.session.notice = `Added to your cart: ${qty} × ${nameOf(item)}`;
  response.redirect(303, "/");
});

app.post("/login", (request, response, next) => {
  const { email, password } = request.body;
  if (password !== "demo") return response.sendStatus(401);
  const { cart } = request.session;
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.user = { email };
    if (cart) request.session.cart = cart;
    request.session.notice = "Welcome! You are signed in.";
    response.redirect(303, "/account");
  });
});

const server = app.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
