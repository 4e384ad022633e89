"""Creates, reads, writes and deletes with Twilio's library; TLS and the name are set from outside."""

import json

from twilio.rest import Client

conversations = Client().conversations.v1.conversations
made = conversations.create(friendly_name="Zoë & +1", unique_name="a b")
named = conversations("a b").fetch()
posted = [made.messages.create(body=body).sid for body in ("one", "two", "three")]
seen = [each.sid for each in made.messages.list(page_size=2)]
made.delete()
print(json.dumps({"name": named.friendly_name, "all": seen == posted}))
