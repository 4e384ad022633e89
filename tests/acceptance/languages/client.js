// Creates, reads, writes and deletes with Twilio's package; TLS and the name are set from outside.
const { conversations } = require("twilio")().conversations.v1;

async function main() {
  const made = await conversations.create({ friendlyName: "Zoë & +1", uniqueName: "a b" });
  const named = await conversations("a b").fetch();
  // `made.remove()` would not do: the package forgets the SID of what it created.
  const conversation = conversations(made.sid);
  const posted = [];
  for (const body of ["one", "two", "three"]) posted.push((await conversation.messages.create({ body })).sid);
  const seen = (await conversation.messages.list({ pageSize: 2 })).map((each) => each.sid);
  await conversation.remove();
  console.log(JSON.stringify({ name: named.friendlyName, all: JSON.stringify(seen) === JSON.stringify(posted) }));
}

main();
