// Creates, reads, writes and deletes with Go's own HTTP client; TLS and the name are set from outside.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
)

const base = "https://conversations.twilio.com/v1/"

type object = map[string]any

func call(method, target string, form url.Values) object {
	request, err := http.NewRequest(method, target, strings.NewReader(form.Encode()))
	check(err)
	request.SetBasicAuth(os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	if answer.StatusCode > 299 {
		check(fmt.Errorf("%s %s: %s", method, target, answer.Status))
	}
	found := object{}
	if answer.StatusCode != http.StatusNoContent {
		check(json.NewDecoder(answer.Body).Decode(&found))
	}
	return found
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	made := call("POST", base+"Conversations", url.Values{"FriendlyName": {"Zoë & +1"}, "UniqueName": {"a b"}})
	named := call("GET", base+"Conversations/a%20b", nil)
	messages := base + "Conversations/" + made["sid"].(string) + "/Messages"
	var posted, seen []any
	for _, body := range []string{"one", "two", "three"} {
		posted = append(posted, call("POST", messages, url.Values{"Body": {body}})["sid"])
	}
	for next := any(messages + "?PageSize=2"); next != nil; {
		page := call("GET", next.(string), nil)
		for _, each := range page["messages"].([]any) {
			seen = append(seen, each.(object)["sid"])
		}
		next = page["meta"].(object)["next_page_url"]
	}
	call("DELETE", base+"Conversations/"+made["sid"].(string), nil)
	text, err := json.Marshal(object{"name": named["friendly_name"], "all": reflect.DeepEqual(seen, posted)})
	check(err)
	fmt.Println(string(text))
}
