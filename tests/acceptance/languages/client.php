<?php
// Creates, reads, writes and deletes with the HTTP client that PHP has: `streams` or `curl`; TLS and the name are set from outside.
const BASE = "https://conversations.twilio.com/v1/";

function call(string $method, string $url, array $form = []): ?array
{
    $user = getenv("TWILIO_ACCOUNT_SID") . ":" . getenv("TWILIO_AUTH_TOKEN");
    $body = http_build_query($form);
    if ($GLOBALS["argv"][1] === "curl") {
        $handle = curl_init($url);
        curl_setopt_array($handle, [CURLOPT_RETURNTRANSFER => true, CURLOPT_USERPWD => $user, CURLOPT_CUSTOMREQUEST => $method]);
        if ($form) {
            curl_setopt($handle, CURLOPT_POSTFIELDS, $body);
        }
        $answer = curl_exec($handle);
        $status = curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
        $reason = curl_error($handle);
    } else {
        $headers = ["Authorization: Basic " . base64_encode($user), "Content-Type: application/x-www-form-urlencoded"];
        $options = ["method" => $method, "header" => $headers, "content" => $body, "ignore_errors" => true];
        $answer = file_get_contents($url, false, stream_context_create(["http" => $options]));
        $status = (int) explode(" ", $http_response_header[0] ?? "0 0")[1];
        $reason = error_get_last()["message"] ?? "";
    }
    if ($status < 200 || $status > 299) {
        fwrite(STDERR, "$method $url: $status $reason\n");
        exit(1);
    }
    return json_decode($answer, true);
}

$made = call("POST", BASE . "Conversations", ["FriendlyName" => "Zoë & +1", "UniqueName" => "a b"]);
$named = call("GET", BASE . "Conversations/a%20b");
$messages = BASE . "Conversations/" . $made["sid"] . "/Messages";
$posted = array_map(fn ($body) => call("POST", $messages, ["Body" => $body])["sid"], ["one", "two", "three"]);
$seen = [];
for ($url = "$messages?PageSize=2"; $url; $url = $page["meta"]["next_page_url"]) {
    $page = call("GET", $url);
    array_push($seen, ...array_column($page["messages"], "sid"));
}
call("DELETE", BASE . "Conversations/" . $made["sid"]);
echo json_encode(["name" => $named["friendly_name"], "all" => $seen === $posted]), "\n";
