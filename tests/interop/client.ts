// A client made by openapi-typescript: lists, follows pages, and updates the configuration, against `receiptkit serve`.
import createClient from "openapi-fetch";
import type { paths } from "./documented.js";

declare const process: { argv: string[]; exit(code: number): never };
const [url, account, conversation, message] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl: url,
  headers: { Authorization: `Basic ${btoa(`${account}:any token`)}` },
  bodySerializer: (body) => {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(body as unknown as Record<string, string | string[]>))
      for (const each of [value].flat()) form.append(name, each);
    return form;
  },
});

const path = { ConversationSid: conversation, MessageSid: message };
const list = "/v1/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts";
const seen = new Set<string>();
let query: { PageSize?: number; Page?: number; PageToken?: string } = { PageSize: 2 };
for (;;) {
  const { data, error } = await client.GET(list, { params: { path, query } });
  if (!data) throw new Error(JSON.stringify(error));
  for (const receipt of data.delivery_receipts) {
    const status: "read" | "failed" | "delivered" | "undelivered" | "sent" | null = receipt.status;
    seen.add(`${receipt.sid} ${status}`);
  }
  if (data.meta.next_page_url === null) break;
  const next = new URL(data.meta.next_page_url).searchParams;
  query = {
    PageSize: 2,
    Page: Number(next.get("Page")),
    PageToken: next.get("PageToken") ?? undefined,
  };
}
const filters = ["onMessageAdded", "onDeliveryUpdated"];
const updated = await client.POST("/v1/Configuration/Webhooks", {
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
  body: { Method: "POST", Filters: filters },
});
if (String(updated.data?.filters) !== String(filters)) throw new Error(JSON.stringify(updated));
console.log(`${seen.size} receipts`);
