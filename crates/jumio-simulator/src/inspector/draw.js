// Elements from data. Text is only ever set as text, so nothing that a client sent becomes markup.

const find = (selector, within = document) => within.querySelector(selector);

/** An element with properties and children; `null` children are left out. */
function make(name, properties, ...children) {
  const element = document.createElement(name);
  const { attributes = {}, ...own } = properties ?? {};
  Object.assign(element, own);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Makes a list show these items. What did not change stays the same element: it keeps the focus and stays open. */
function sync(list, items, keyOf, draw) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let before = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const data = JSON.stringify(item);
    let element = old.get(key);
    old.delete(key);
    if (!element || element.dataset.data !== data) {
      const fresh = draw(item);
      Object.assign(fresh.dataset, { key, data });
      if (element === before) before = before?.nextElementSibling;
      element?.remove();
      element = fresh;
    }
    if (element === before) before = before.nextElementSibling;
    else list.insertBefore(element, before);
  }
  for (const gone of old.values()) gone.remove();
}

const clockOf = (time) => time.slice(11, 23);
const timeOf = (time) => time.replace("T", " ").slice(0, 19);
const chip = (text, tone) => make("span", { className: `chip ${tone}`, textContent: text });
const toneOfCode = (code) => (code < 300 ? "good" : code < 400 ? "wait" : "bad");

function drawEntry(record, selected) {
  const way = stepsOf(record).map(({ what, state, how }) =>
    make("span", { className: `dot ${state}`, title: `${what}: ${how}` },
      make("span", { textContent: { good: "✓", bad: "✕" }[state] ?? "·", attributes: { "aria-hidden": "true" } }),
      make("span", { className: "unseen", textContent: `${what}: ${how}. ` })));
  const link = make("a", { href: `#${record.workflowExecutionId}` },
    make("span", { className: "top" },
      make("span", { className: "name", textContent: record.customerInternalReference }),
      chip(record.status, toneOf(record.status))),
    make("span", { className: "way" }, ...way));
  if (selected) link.setAttribute("aria-current", "true");
  return make("li", {}, link);
}

function drawStep({ what, state, how }) {
  return make("li", { className: state },
    make("span", { className: "what", textContent: what }),
    make("span", { className: "how", textContent: how }));
}

function drawFacts(detail) {
  const { token } = detail;
  const over = !token?.remainingSeconds;
  const left = over ? "over" : `${spoken(token.remainingSeconds)} left`;
  const facts = [
    ["Workflow", detail.definitionKey],
    [token?.sessionEndsAt ? "Session" : "Transaction token", left],
    ["Started", timeOf(detail.createdAt)],
    ["Changes by itself", detail.nextMoveAt ? timeOf(detail.nextMoveAt) : "no more"],
    ["Callback URL", detail.callbackUrl ?? "none"],
    ["Account", detail.accountId],
    ["Workflow execution", detail.workflowExecutionId],
  ];
  return facts.map(([name, value]) =>
    make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })));
}

function drawCredentials(credentials) {
  const rows = credentials.flatMap(({ category, parts }) => {
    const cells = parts.length
      ? parts.map((part) => [category, part.classifier, part.contentType, `${part.size} bytes`])
      : [[category, "–", "nothing uploaded", "–"]];
    return cells.map(([first, ...rest]) => make("tr", {},
      make("th", { textContent: first, attributes: { scope: "row" } }),
      ...rest.map((text) => make("td", { textContent: text }))));
  });
  const names = ["Credential", "Part", "Type", "Size"].map((name) =>
    make("th", { textContent: name, attributes: { scope: "col" } }));
  return make("table", {},
    make("caption", { textContent: "What was uploaded" }),
    make("thead", {}, make("tr", {}, ...names)),
    make("tbody", {}, ...rows));
}

function drawMessage(name, message) {
  const headers = Object.entries(message.headers).map(([header, value]) => `${header}: ${value}`).join("\n");
  const body = message.body === null ? (message.size ? `(${message.size} bytes)` : "") : JSON.stringify(message.body, null, 2);
  const text = [headers, body].filter(Boolean).join("\n\n");
  return make("div", {},
    make("h3", { textContent: name }),
    // Long ones scroll, so a keyboard must be able to reach them.
    make("pre", { tabIndex: 0, textContent: text, attributes: { role: "region", "aria-label": name } }));
}

function drawCall({ at, request }) {
  const took = `${(request.microseconds / 1000).toFixed(1)} ms`;
  const summary = make("summary", {},
    make("time", { className: "at", dateTime: at, title: at, textContent: clockOf(at) }),
    make("span", { textContent: request.method }),
    make("span", { className: "what", textContent: request.endpoint },
      make("span", { className: "path mono", textContent: request.path })),
    make("span", { className: "right" },
      request.fault ? chip(`fault: ${request.fault}`, "wait") : null,
      make("span", { textContent: took }),
      chip(String(request.status), toneOfCode(request.status))));
  const messages = make("div", { className: "messages" });
  const item = make("details", {}, summary, messages);
  // Drawn when it is looked at: a log has many.
  item.addEventListener("toggle", () => {
    if (item.open && !messages.hasChildNodes()) {
      messages.append(drawMessage("Request", request.request), drawMessage(`Reply ${request.status}`, request.reply));
    }
  });
  return make("li", {}, item);
}

function drawCallback({ at, delivery, attempt }, replay) {
  const button = make("button", { type: "button", textContent: "Send again" },
    make("span", { className: "unseen", textContent: `: callback ${delivery.number}, ${delivery.status}` }));
  button.addEventListener("click", () => replay(delivery.number));
  const answer = attempt?.answer ?? (delivery.lost ? "lost on the way" : "to be sent");
  const tone = attempt ? (/^2\d\d/.test(attempt.answer) ? "good" : "bad") : "wait";
  return make("li", {}, make("div", { className: "event" },
    make("time", { className: "at", dateTime: at, title: at, textContent: clockOf(at) }),
    make("span", { textContent: "callback" }),
    make("span", { className: "what", textContent: delivery.status },
      attempt?.body ? make("span", { className: "path mono quiet", textContent: ` ${attempt.body}` }) : null),
    make("span", { className: "right" }, button, chip(answer, tone))));
}

function drawEvent(event, replay) {
  if (event.request) return drawCall(event);
  if (event.delivery) return drawCallback(event, replay);
  return make("li", {}, make("div", { className: "event" },
    make("time", { className: "at", dateTime: event.at, title: event.at, textContent: clockOf(event.at) }),
    make("span", { textContent: "end" }),
    make("span", { className: "what", textContent: event.move })));
}

function drawFault({ number, endpoint, kind, times, always, struck }) {
  const name = typeof kind === "string" ? kind : Object.keys(kind)[0];
  const left = always ? "always" : `${times} to come`;
  return make("li", {},
    make("span", { className: "mono", textContent: `${number}. ${endpoint}: ${name} ` }),
    make("span", { className: "quiet", textContent: `${left}, ${struck} struck` }));
}
