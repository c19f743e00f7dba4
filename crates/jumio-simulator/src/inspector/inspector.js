// The page: asks the control API every second, shows what came, and does what its buttons say.

const SECOND = 1000;
/** More would only be scrolled past; the filter finds the others. */
const MOST_ENTRIES = 200;

let records = [];
let looking = false;

const selected = () => decodeURIComponent(window.location.hash.slice(1));

function say(text) {
  find("#said").textContent = text;
  find("#problem").textContent = "";
}

function complain(error) {
  find("#problem").textContent = error.message;
}

/** Asks for everything that is shown. One look at a time: a slow answer must not overtake a newer one. */
async function look() {
  if (looking) return;
  looking = true;
  const id = selected();
  try {
    const query = id ? `?workflowExecutionId=${encodeURIComponent(id)}` : "";
    const [clock, list, page, faults, detail] = await Promise.all([
      control("GET", "clock"),
      control("GET", "transactions"),
      control("GET", `requests${query}`),
      control("GET", "faults"),
      id ? control("GET", `transactions/${encodeURIComponent(id)}`).catch(() => null) : null,
    ]);
    records = list;
    showClock(clock);
    showList();
    showFaults(faults);
    // Another one may have been chosen meanwhile.
    if (id === selected()) showTransaction(detail, page.requests);
    if (find("#problem").dataset.lost) {
      delete find("#problem").dataset.lost;
      find("#problem").textContent = "";
    }
  } catch (error) {
    find("#problem").dataset.lost = "true";
    complain(error instanceof TypeError ? new Error("The simulator does not answer. Is it still running?") : error);
  } finally {
    looking = false;
  }
}

function showClock({ now, offsetMilliseconds }) {
  find("#now").textContent = now.replace("T", " ").slice(0, 19);
  find("#now").dateTime = now;
  const seconds = Math.round(Math.abs(offsetMilliseconds) / 1000);
  find("#offset").textContent = seconds ? `(${spoken(seconds)} ${offsetMilliseconds > 0 ? "ahead" : "behind"})` : "";
}

function showList() {
  const wanted = find("#filter").value.trim().toLowerCase();
  const matches = ({ workflowExecutionId, accountId, customerInternalReference, userReference, status }) =>
    [workflowExecutionId, accountId, customerInternalReference, userReference ?? "", status]
      .some((text) => text.toLowerCase().includes(wanted));
  const found = records.filter(matches).reverse();
  const id = selected();
  const entries = [{ all: true, current: !id }].concat(
    found.slice(0, MOST_ENTRIES).map((record) => ({ record, current: record.workflowExecutionId === id })));
  sync(find("#transactions"), entries, (entry) => entry.record?.workflowExecutionId ?? "all", ({ record, current }) => {
    if (record) return drawEntry(record, current);
    const link = make("a", { href: "#" }, make("span", { className: "name", textContent: "All calls" }));
    if (current) link.setAttribute("aria-current", "true");
    return make("li", {}, link);
  });
  find("#count").textContent = found.length === records.length ? `(${records.length})` : `(${found.length} of ${records.length})`;
  find("#none").hidden = records.length > 0;
}

function showFaults(faults) {
  sync(find("#faults"), faults, ({ number }) => String(number), drawFault);
  find("#no-faults").hidden = faults.length > 0;
}

function showTransaction(detail, requests) {
  for (const name of ["#transaction", "#actions"]) find(name).hidden = !detail;
  find("#overview").hidden = Boolean(detail);
  if (detail) {
    find("#name").textContent = detail.customerInternalReference;
    find("#status").textContent = detail.status;
    find("#status").className = `chip ${toneOf(detail.status)}`;
    sync(find("#steps"), stepsOf(detail), ({ what }) => what, drawStep);
    find("#facts").replaceChildren(...drawFacts(detail));
    find("#credentials").replaceChildren(drawCredentials(detail.credentials));
  }
  const events = eventsOf(detail, requests);
  const replay = (number) => act("POST", `${path()}/callbacks/${number}/replay`, {}, `Callback ${number} is sent again.`);
  sync(find("#timeline"), events, ({ key }) => key, (event) => drawEvent(event, replay));
  find("#empty").hidden = events.length > 0;
}

const path = () => `transactions/${encodeURIComponent(selected())}`;

/** Does something and shows what came of it. */
async function act(method, where, body, done) {
  try {
    await control(method, where, body);
    say(done);
  } catch (error) {
    complain(error);
  }
  await look();
}

function onSubmit(form, action) {
  find(form).addEventListener("submit", (event) => {
    event.preventDefault();
    action();
  });
}

onSubmit("#force", () => {
  const status = find("#force-status").value;
  act("POST", `${path()}/status`, { status }, `The status is ${status} now.`);
});
onSubmit("#fire", () => {
  const status = find("#fire-status").value;
  act("POST", `${path()}/callbacks`, { status }, `A callback with ${status} is sent.`);
});
onSubmit("#expire", () => act("POST", `${path()}/expire`, {}, "It has expired."));
onSubmit("#fault", () => {
  const fault = {
    endpoint: find("#fault-endpoint").value,
    kind: JSON.parse(find("#fault-kind").value),
    times: Number(find("#fault-times").value),
  };
  act("POST", "faults", fault, `The next ${fault.endpoint} goes wrong.`);
});
find("#clear-faults").addEventListener("click", () => act("DELETE", "faults", undefined, "All faults are forgotten."));
find("#reset").addEventListener("click", () => {
  window.location.hash = "";
  act("POST", "reset", {}, "The simulator starts over.");
});
for (const button of document.querySelectorAll("[data-advance]")) {
  const advance = button.dataset.advance;
  button.addEventListener("click", () => act("POST", "clock", { advance }, `The clock was moved: ${advance}.`));
}
find("#filter").addEventListener("input", showList);
window.addEventListener("hashchange", () => {
  find("#said").textContent = "";
  look().then(() => find("main").focus({ preventScroll: true }));
});
// Hidden pages do not ask.
setInterval(() => {
  if (find("#live").checked && !document.hidden) look();
}, SECOND);
look();
