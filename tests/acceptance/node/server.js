// Lets Twilio's package talk to a running server, prints what it made of it.
// Input: {url, account, token, conversation, message, service, hook}; the library is told where the server is, and nothing else.
const path = require("node:path");
const twilio = require(path.join(process.argv[2], "node_modules", "twilio"));

async function main(input) {
  const client = twilio(input.account, input.token);
  client.conversations.baseUrl = input.url;
  const root = input.service ? client.conversations.v1.services(input.service) : client.conversations.v1;
  const message = root.conversations(input.conversation).messages(input.message);
  const listed = (await message.deliveryReceipts.list({ pageSize: 20 })).map((each) => each.sid);
  const limited = (await message.deliveryReceipts.list({ limit: 60 })).length;
  const streamed = [];
  await message.deliveryReceipts.each({ pageSize: 7, callback: (each) => streamed.push(each.sid) });
  const first = await message.deliveryReceipts.page({ pageSize: 20 });
  const second = await first.nextPage();
  const back = await second.previousPage();
  const fetched = await message.deliveryReceipts(listed[0]).fetch();
  const { delivery } = await message.fetch();
  const missing = await message.deliveryReceipts("DY" + "0".repeat(31) + "1").fetch().catch((error) => [error.status, error.code]);
  const settings = input.service ? root.configuration.webhooks() : root.configuration.webhooks();
  const filters = ["onMessageAdded", "onDeliveryUpdated"];
  const updated = await settings.update({ filters, postWebhookUrl: input.hook });
  const configured = await settings.fetch();
  return {
    listed, limited, streamed,
    pages: [first, second, back].map((page) => page.instances.map((each) => each.sid)),
    fetched: fetched.status, delivery, missing,
    filters: [updated.filters, configured.filters],
  };
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
