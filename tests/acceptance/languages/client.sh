# Creates, reads, writes and deletes with twilio-cli ($1); TLS and the name are set from outside.
set -eu
call() { "$twilio" "api:conversations:v1:conversations$@" -o json; }
sid_of() { "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[0]["sid"])'; }
twilio=$1
sid=$(call :create --friendly-name "Zoë & +1" --unique-name "a b" | sid_of)
call :fetch --sid "a b" > named.json
for body in one two three; do call :messages:create --conversation-sid "$sid" --body "$body" | sid_of; done > posted.txt
call :messages:list --conversation-sid "$sid" --page-size 2 > seen.json
"$twilio" api:conversations:v1:conversations:remove --sid "$sid"
"$PYTHON" -c 'import json
seen = [each["sid"] for each in json.load(open("seen.json"))]
name = json.load(open("named.json"))[0]["friendlyName"]
print(json.dumps({"name": name, "all": seen == open("posted.txt").read().split()}))'
