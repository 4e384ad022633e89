"use strict";
const root = "/_receiptkit";
const byId = (id) => document.getElementById(id);
const headers = () => {
  const token = sessionStorage.getItem("receiptkit-token");
  return token ? { Authorization: "Bearer " + token } : {};
};
// Text becomes text, never markup, wherever it is from.
const make = (name, attributes = {}, ...children) => {
  const isDrawn = ["svg", "g", "line", "circle", "text", "title"].includes(name);
  const node = isDrawn ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
};
const say = (text) => { byId("said").textContent = text; };

async function act(path, body, method = "POST") {
  try {
    const response = await fetch(root + path, {
      method, headers: { ...headers(), "Content-Type": "application/json" }, body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    say(response.ok ? "" : answer.error);
    return response.ok ? answer : null;
  } catch (error) {
    say("The server does not answer.");
    return null;
  }
}

const after = (ms) => ms < 120000 ? "+" + Math.round(ms / 100) / 10 + " s"
  : ms < 7200000 ? "+" + Math.round(ms / 6000) / 10 + " min" : "+" + Math.round(ms / 360000) / 10 + " h";

function lanes(world) {
  const times = [...new Set(world.receipts.flatMap((each) => each.states.map((state) => state.after)))].sort((a, b) => a - b);
  const at = new Map();
  let x = 48, before = null;
  for (const time of times) {
    if (before !== null) x += 72 + 8 * Math.log10(1 + (time - before) / 1000);
    at.set(time, x);
    before = time;
  }
  const height = 72 * world.receipts.length + 6, width = x + 60;
  const drawing = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": world.receipts.map((each, index) =>
    `Receipt ${index + 1}, ${each.channel}: ` + (each.states.map((state) => state.status).join(", ") || "no status yet")).join(". ") });
  world.receipts.forEach((receipt, index) => {
    const y = 72 * index + 30;
    drawing.append(make("line", { x1: 0, y1: y, x2: width, y2: y }),
      make("text", { class: "name", x: 4, y: y - 15 }, `${receipt.channel} ${receipt.sid.slice(0, 12)}…`));
    receipt.states.forEach((state, number) => {
      const place = at.get(state.after);
      const code = state.error ? ` ${state.error}` : "";
      drawing.append(make("g", {}, make("title", {}, `${state.status}${code} ${after(state.after)}`),
        make("circle", { cx: place, cy: y, r: 9, class: "s-" + state.status }),
        make("text", { class: "number", x: place, y: y + 4 }, String(number + 1)),
        make("text", { x: place, y: y + 22 }, state.status + code),
        make("text", { class: "time", x: place, y: y + 35 }, after(state.after))));
    });
  });
  return drawing;
}

function card(world) {
  const more = world.of - world.receipts.length;
  return make("article", { class: "card", id: world.sid },
    make("h3", {}, make("a", { href: "#" + world.sid }, world.sid), ` ${world.scenario}`),
    world.receipts.length ? make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Receipts of " + world.sid }, lanes(world)) : make("p", { class: "quiet" }, world.of ? "No receipt yet." : "No recipient has a receipt."),
    ...(more > 0 && world.receipts.length ? [make("p", { class: "quiet" }, `${more} more receipts are not shown, or do not exist yet.`)] : []));
}

function table(names, rows) {
  return make("table", {}, make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)))), make("tbody", {}, ...rows));
}

const row = (...cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, ...(Array.isArray(cell) ? cell : [String(cell)]))));
const outcome = (each) => make("span", { class: each.accepted ? "good" : "bad" }, String(each.outcome));

let shown = null;
function render() {
  if (!shown) return;
  const text = byId("filter").value.trim().toLowerCase();
  const fits = (each) => JSON.stringify(each).toLowerCase().includes(text);
  byId("clock").textContent = `${shown.clock.date} (${shown.clock.kind} clock)`;
  byId("account").textContent = shown.account;
  byId("clock-tools").hidden = shown.clock.kind !== "manual";
  byId("faults").textContent = shown.faults.length ? `${shown.faults.length} waiting` : "";
  const worlds = shown.worlds.filter(fits);
  byId("worlds").replaceChildren(...worlds.map(card),
    ...(shown.messages > shown.worlds.length ? [make("p", { class: "quiet" }, `The ${shown.worlds.length} latest of ${shown.messages} messages are shown.`)] : []),
    ...(worlds.length ? [] : [make("p", { class: "quiet" }, "There is none.")]));
  byId("webhooks").replaceChildren(shown.webhooks.length ? table(["", "event", "status", "message", "answer", "ms"],
    shown.webhooks.filter(fits).map((each) => row([make("a", { href: "#w" + each.number, id: "w" + each.number, onclick: () => detail(each.number) }, "#" + each.number)],
      each.event, each.status, each.message.slice(0, 12), [outcome(each)], each.milliseconds))) : make("p", { class: "quiet" }, "None went out yet."));
  byId("calls").replaceChildren(shown.calls.length ? table(["", "method", "path", "status", "ms"],
    shown.calls.filter(fits).map((each) => row([make("a", { href: "#c" + each.number, id: "c" + each.number }, "#" + each.number)], each.method, each.path, [make("span", { class: each.status < 400 && each.status ? "good" : "bad" }, String(each.status))], each.milliseconds))) : make("p", { class: "quiet" }, "None came in yet."));
}

async function detail(number) {
  const each = await act("/sent/" + number, undefined, "GET");
  if (each) showDetail(each);
}

function showDetail(each) {
  const changed = make("input", { id: "changed", placeholder: "Status=failed" });
  const send = async (set) => {
    const made = await act(`/sent/${each.number}/again`, { set });
    if (made) { showDetail(made); say(`Sent again as #${made.number}: ${made.outcome}`); }
  };
  const change = () => {
    const [name, ...rest] = changed.value.split("=");
    if (!name || !rest.length) say("Write NAME=VALUE, such as Status=failed.");
    else send({ [name]: rest.join("=") });
  };
  byId("detail").replaceChildren(make("article", { class: "card" },
    make("h3", {}, `Webhook #${each.number}: ${each.event} ${each.status} → `, outcome(each)),
    ...(each.cause ? [make("p", { class: "bad" }, each.cause)] : []),
    make("p", {}, make("button", { onclick: () => send({}) }, "Send again"), " ",
      make("label", { for: "changed" }, "or with "), changed, " ", make("button", { onclick: change }, "Send again changed")),
    make("h4", {}, "Request"), make("pre", { tabindex: "0" }, `${each.method} ${each.url}\n` + Object.entries(each.headers).map(([name, value]) => `${name}: ${value}`).join("\n")),
    make("h4", {}, "Parameters"), make("pre", { tabindex: "0" }, Object.entries(each.parameters).map(([name, value]) => `${name} = ${value}`).join("\n")),
    make("h4", {}, "Signed text"), make("pre", { tabindex: "0" }, each.signed),
    make("h4", {}, "Answer of the application"), make("pre", { tabindex: "0" }, each.answer || (each.accepted ? "(the body of a success is not kept)" : "(nothing)"))));
  byId("detail").focus();
}

async function follow() {
  while (true) {
    try {
      const response = await fetch(root + "/events", { headers: headers() });
      byId("login").hidden = response.status !== 401;
      byId("tools").hidden = !response.ok;
      if (!response.ok) { say((await response.json()).error); return; }
      const reader = response.body.getReader(), decoder = new TextDecoder();
      let text = "";
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
        const events = text.split("\n\n");
        text = events.pop();
        const last = events.filter((each) => each.startsWith("data: ")).pop();
        if (last) { shown = JSON.parse(last.slice(6)); options(); render(); }
      }
    } catch (error) { /* the server ended; it may come back */ }
    say("The server does not answer. Waiting for it.");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    say("");
  }
}

function options() {
  for (const [id, names] of [["scenario", shown.scenarios], ["kind", shown.kinds]]) {
    if (!byId(id).length) byId(id).append(...names.map((name) => make("option", { value: name }, name)));
  }
}

for (const button of document.querySelectorAll("#clock-tools button")) {
  button.addEventListener("click", () => act("/clock/advance", { ...button.dataset }));
}
byId("start").addEventListener("click", () => act("/worlds", { scenario: byId("scenario").value, seed: Number(byId("seed").value) }));
byId("fault").addEventListener("click", () => act("/faults", { kind: byId("kind").value, times: 1 }));
byId("clear").addEventListener("click", () => act("/faults", undefined, "DELETE"));
byId("reset").addEventListener("click", () => act("/reset", {}));
byId("filter").addEventListener("input", render);
byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("receiptkit-token", byId("token").value);
  follow();
});
say("");
follow();
