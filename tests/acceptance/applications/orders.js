// The application of orders.py for Node.js: Express and Twilio's package, which know nothing of receiptkit.
// Arguments: the folder of the packages. Input: {url, account, token}. Prints the address where it listens.
const path = require("node:path");
const modules = path.join(process.argv[2], "node_modules");
const express = require(path.join(modules, "express"));
const twilio = require(path.join(modules, "twilio"));

const RANKS = [null, "sent", "delivered", "read", "undelivered", "failed"];
const SENDER = "+15550100000";
const FILTERS = ["onDeliveryUpdated", "onMessageAdded", "onParticipantAdded", "onConversationStateUpdated"];
const told = { xTwilioWebhookEnabled: "true" };

function start({ url, account, token }) {
  const client = twilio(account, token);
  client.conversations.baseUrl = url;
  const conversations = client.conversations.v1.conversations;
  const orders = {};
  const app = express();
  app.use(express.json());
  const server = app.listen(0, "127.0.0.1", () => console.log(origin()));
  const origin = () => `http://127.0.0.1:${server.address().port}`;

  function note(order, sid, status, code) {
    const before = order.receipts[sid] || [null, null];
    if (RANKS.indexOf(status || null) >= RANKS.indexOf(before[0])) {
      order.receipts[sid] = [status || null, code ? Number(code) : null];
    }
  }

  const route = (handler) => (request, response) =>
    handler(request, response).catch((error) =>
      response.status(error.status || 500).json({ code: error.code, message: error.message }));

  app.post("/hook", express.urlencoded({ extended: false }), route(async (request, response) => {
    const form = request.body;
    const signature = request.headers["x-twilio-signature"];
    if (!twilio.validateRequest(token, signature, `${origin()}/hook`, form)) return response.sendStatus(403);
    const order = orders[(await conversations(form.ConversationSid).fetch()).uniqueName];
    if (!order) return response.sendStatus(404);
    order.events.push(form.EventType);
    if (form.EventType === "onDeliveryUpdated") note(order, form.DeliveryReceiptSid, form.Status, form.ErrorCode);
    return response.sendStatus(204);
  }));

  app.post("/orders/:name", route(async (request, response) => {
    const { name } = request.params;
    // Of what `create` returns, this package does not know the SID in paths.
    const { sid } = await conversations.create({ uniqueName: name, friendlyName: "Order", ...told });
    const conversation = conversations(sid);
    await conversation.webhooks.create({
      target: "webhook", "configuration.url": `${origin()}/hook`, "configuration.filters": FILTERS,
    });
    await conversation.participants.create({ identity: "shop", ...told });
    for (const prefix of ["", "whatsapp:"]) {
      await conversation.participants.create({
        "messagingBinding.address": prefix + request.body.phone,
        "messagingBinding.proxyAddress": prefix + SENDER,
        ...told,
      });
    }
    const message = await conversation.messages.create({ author: "shop", body: request.body.text, ...told });
    orders[name] = { message: message.sid, receipts: {}, events: [] };
    response.status(201).json({ conversation: sid, delivery: message.delivery });
  }));

  app.post("/orders/:name/poll", route(async (request, response) => {
    const order = orders[request.params.name];
    const receipts = conversations(request.params.name).messages(order.message).deliveryReceipts;
    for (const each of await receipts.list({ pageSize: 1 })) note(order, each.sid, each.status, each.errorCode);
    response.sendStatus(204);
  }));

  app.post("/orders/:name/close", route(async (request, response) => {
    const conversation = conversations(request.params.name);
    await conversation.update({ state: "closed", ...told });
    const error = await conversation.messages.create({ body: "too late" }).catch((each) => each);
    response.json({ code: error.code, state: (await conversation.fetch()).state });
  }));

  app.get("/orders/:name", route(async (request, response) => response.json(orders[request.params.name])));
}

let text = "";
process.stdin.on("data", (piece) => {
  text += piece;
  if (text.endsWith("\n")) start(JSON.parse(text));
});
process.stdin.on("end", () => process.exit(0));
