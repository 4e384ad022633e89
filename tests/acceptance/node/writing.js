// Does every operation that writes with Twilio's package, in one scope, and prints what came of it.
// Input: {url, account, token, service, prefix}.
const path = require("node:path");
const twilio = require(path.join(process.argv[2], "node_modules", "twilio"));

// The status of each receipt, as the list has it and as it is fetched.
async function receiptsOf(message) {
  const found = await message.deliveryReceipts.list();
  return Promise.all(found.map(async ({ sid, status }) => [status, (await message.deliveryReceipts(sid).fetch()).status]));
}

async function main({ url, account, token, service, prefix }) {
  const client = twilio(account, token);
  client.conversations.baseUrl = url;
  const v1 = client.conversations.v1;
  const root = service ? v1.services(service) : v1;
  const failed = (promise) => promise.then(() => null, (error) => [error.status, error.code]);
  const name = `${prefix}-order`;
  const { sid } = await root.conversations.create({ uniqueName: name, "timers.closed": "PT10M" });
  const conversation = root.conversations(name);
  const anna = await conversation.participants.create({ identity: `${prefix}-anna` });
  const phone = await conversation.participants.create({
    "messagingBinding.address": `+1555300${prefix}`, "messagingBinding.proxyAddress": "+15550100000",
  });
  const posted = [];
  for (const body of ["one", "two", "three"]) posted.push((await conversation.messages.create({ body })).sid);
  const hook = await conversation.webhooks.create({
    target: "webhook", "configuration.url": "https://example.com/", "configuration.filters": ["onMessageAdded", "onMessageRemoved"],
  });
  const result = {
    sid: [sid, (await conversation.fetch()).sid],
    updated: (await conversation.update({ friendlyName: "new" })).friendlyName,
    listed: (await root.conversations.list({ pageSize: 1 })).map((each) => each.sid).includes(sid),
    identity: (await conversation.participants(anna.sid).update({ lastReadMessageIndex: 1 })).lastReadMessageIndex,
    participants: (await conversation.participants.list({ pageSize: 1 })).map((each) => each.sid),
    expectedParticipants: [anna.sid, phone.sid],
    binding: (await conversation.participants(phone.sid).fetch()).messagingBinding,
    messages: (await conversation.messages.list({ order: "desc", pageSize: 2 })).map((each) => each.sid),
    posted,
    receipts: await receiptsOf(conversation.messages(posted[0])),
    edited: (await conversation.messages(posted[0]).update({ body: "new" })).body,
    hooks: (await conversation.webhooks.list()).map((each) => each.configuration.filters),
    hookUpdated: (await conversation.webhooks(hook.sid).update({ "configuration.method": "get" })).configuration.method,
    mine: (await root.participantConversations.list({ identity: `${prefix}-anna` })).map((each) => each.conversationSid),
    duplicate: await failed(root.conversations.create({ uniqueName: name })),
    missing: await failed(root.conversations("nothing").participants.create({ identity: "x" })),
    unsupported: await failed(v1.users.create({ identity: "x" })),
    // The oldest version that is supported does not know it.
    together: root.conversationWithParticipants
      ? await failed(root.conversationWithParticipants.create({ participant: [JSON.stringify({ identity: "x" })] }))
      : null,
    configuration: (await (service ? root.configuration().fetch() : v1.configuration().fetch())).url,
    webhooks: [
      (await root.configuration.webhooks().update({ filters: ["onMessageAdded", "onDeliveryUpdated"] })).filters,
      (await root.configuration.webhooks().fetch()).filters,
    ],
    services: (await v1.services.list()).length,
    removed: [
      await conversation.webhooks(hook.sid).remove(), await conversation.messages(posted[0]).remove(),
      await conversation.participants(anna.sid).remove(), await conversation.remove(),
    ],
    gone: await failed(conversation.fetch()),
  };
  const made = await v1.services.create({ friendlyName: "new" });
  result.service = [(await v1.services(made.sid).fetch()).friendlyName, await v1.services(made.sid).remove()];
  return result;
}

let text = "";
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => {
  main(JSON.parse(text))
    .then((result) => process.stdout.write(JSON.stringify(result)))
    .catch((error) => {
      console.error(error);
      process.exit(1);
    });
});
