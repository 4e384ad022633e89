// Reads fixtures from standard input, lets Twilio's package read them, prints what it made of them.
// Input: {answers: {url: {status, headers, body}}, scope, sids, pageSize, requests: [{url, headers, body, token}]}
const path = require("node:path");
const twilio = require(path.join(process.argv[2], "node_modules", "twilio"));
const { RequestClient } = twilio;

class Fixtures extends RequestClient {
  constructor(answers) {
    super();
    this.answers = answers;
    this.asked = [];
  }

  async request(options) {
    const query = new URLSearchParams(options.params || {}).toString();
    const url = options.uri + (query ? "?" + query : "");
    this.asked.push(url);
    const answer = this.answers[url];
    if (!answer) throw new Error("no fixture for " + url);
    return { statusCode: answer.status, body: answer.body, headers: answer.headers };
  }
}

const plain = (receipt) => ({
  sid: receipt.sid,
  status: receipt.status,
  errorCode: receipt.errorCode,
  dateCreated: receipt.dateCreated,
  dateUpdated: receipt.dateUpdated,
  url: receipt.url,
});

async function main(input) {
  const http = new Fixtures(input.answers);
  const client = twilio(input.sids.account, "0123456789abcdef0123456789abcdef", { httpClient: http });
  const root = input.scope === "service" ? client.conversations.v1.services(input.sids.service) : client.conversations.v1;
  const message = root.conversations(input.sids.conversation).messages(input.sids.message);
  const listed = await message.deliveryReceipts.list({ pageSize: input.pageSize });
  const streamed = [];
  await message.deliveryReceipts.each({ pageSize: input.pageSize, callback: (receipt) => streamed.push(receipt.sid) });
  const fetched = listed.length ? await message.deliveryReceipts(listed[0].sid).fetch() : null;
  const fetchedMessage = await message.fetch();
  const failures = [];
  for (const missing of input.missing) {
    await message.deliveryReceipts(missing).fetch().catch((error) => failures.push({ status: error.status, code: error.code, message: error.message }));
  }
  const accepted = input.requests.map((request) =>
    request.method === "GET"
      ? twilio.validateRequest(request.token, request.signature, request.url, {})
      : twilio.validateRequest(request.token, request.signature, request.url, Object.fromEntries(new URLSearchParams(request.body))),
  );
  return { listed: listed.map(plain), streamed, fetched: fetched && plain(fetched), delivery: fetchedMessage.delivery, failures, accepted, asked: http.asked };
}

let text = "";
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => {
  Promise.all(JSON.parse(text).map(main))
    .then((results) => process.stdout.write(JSON.stringify(results)))
    .catch((error) => {
      console.error(error);
      process.exit(1);
    });
});
