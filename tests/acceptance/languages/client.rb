# Creates, reads, writes and deletes with Ruby's own HTTP client; TLS and the name are set from outside.
require "json"
require "net/http"

BASE = URI("https://conversations.twilio.com/v1/")

def call(http, request)
  request.basic_auth(ENV.fetch("TWILIO_ACCOUNT_SID"), ENV.fetch("TWILIO_AUTH_TOKEN"))
  answer = http.request(request)
  abort("#{request.method} #{request.path}: #{answer.code}") unless answer.is_a?(Net::HTTPSuccess)
  answer.body.to_s.empty? ? nil : JSON.parse(answer.body)
end

def post(http, path, form)
  request = Net::HTTP::Post.new(BASE + path)
  request.set_form_data(form)
  call(http, request)
end

def get(http, url)
  call(http, Net::HTTP::Get.new(URI(url)))
end

Net::HTTP.start(BASE.host, BASE.port, use_ssl: true) do |http|
  made = post(http, "Conversations", "FriendlyName" => "Zoë & +1", "UniqueName" => "a b")
  named = get(http, BASE + "Conversations/a%20b")
  posted = %w[one two three].map { |body| post(http, "Conversations/#{made['sid']}/Messages", "Body" => body)["sid"] }
  seen = []
  url = BASE + "Conversations/#{made['sid']}/Messages?PageSize=2"
  while url
    page = get(http, url)
    seen += page["messages"].map { |each| each["sid"] }
    url = page["meta"]["next_page_url"]
  end
  call(http, Net::HTTP::Delete.new(BASE + "Conversations/#{made['sid']}"))
  puts(JSON.generate("name" => named["friendly_name"], "all" => seen == posted))
end
