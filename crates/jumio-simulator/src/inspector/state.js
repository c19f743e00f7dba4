"use strict";
// What the inspector knows: calls to the control API, and what can be told from their answers. Nothing is drawn here.

/** A call to the control API; its answer, or an error that says what the API said. */
async function control(method, path, body) {
  const answer = await fetch(`/_sim/${path}`, {
    method,
    cache: "no-store",
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(value?.detail ?? `${method} /_sim/${path}: ${answer.status}`);
  return value;
}

const succeeded = (status) => status >= 200 && status < 300;
const UPLOADS = ["upload_document", "upload_part", "upload_prepared_data", "hosted_page"];
const DETAILS = ["get_details", "get_details_by_execution"];

/** How far a transaction has come: one entry for each step of an integration, with `good`, `bad` or nothing yet. */
function stepsOf({ status, calls, callbacks }) {
  const of = (names) => calls.filter(({ endpoint }) => names.includes(endpoint));
  const step = (what, names) => {
    const made = of(names);
    if (made.some((call) => succeeded(call.status))) return { what, state: "good", how: "done" };
    const last = made.at(-1);
    return last && last.status >= 400 ? { what, state: "bad", how: `refused: ${last.status}` } : { what, state: "", how: "not yet" };
  };
  const finalized = step("Finalize", ["finalize", "hosted_page"]);
  const expired = status.endsWith("_EXPIRED");
  return [
    { what: "Account", state: "good", how: "started" },
    step("Upload", UPLOADS),
    expired && finalized.state !== "good" ? { what: "Finalize", state: "bad", how: "too late" } : finalized,
    processedStep(status, expired),
    callbackStep(callbacks),
    step("Details", DETAILS),
  ];
}

function processedStep(status, expired) {
  if (status === "PROCESSED") return { what: "Processed", state: "good", how: "done" };
  return { what: "Processed", state: expired ? "bad" : "", how: expired ? "expired" : "not yet" };
}

function callbackStep(callbacks) {
  const answers = callbacks.flatMap((callback) => callback.answers);
  if (answers.some((answer) => /^2\d\d/.test(answer))) return { what: "Callback", state: "good", how: "taken" };
  if (answers.length) return { what: "Callback", state: "bad", how: `answer: ${answers.at(-1)}` };
  return { what: "Callback", state: "", how: callbacks.length ? "being sent" : "none sent" };
}

/** The colour of a status word. */
function toneOf(status) {
  if (status === "PROCESSED") return "good";
  return status.endsWith("_EXPIRED") ? "bad" : "wait";
}

/** A transaction's calls, callbacks and moves in the order of time, each with a key that stays. */
function eventsOf(detail, requests) {
  const events = requests.map((request) => ({ key: `call ${request.number}`, at: request.at, request }));
  if (detail) {
    for (const delivery of detail.deliveries ?? []) {
      (delivery.attempts ?? []).forEach((attempt, index) =>
        events.push({ key: `callback ${delivery.number}.${index}`, at: attempt.at, delivery, attempt }));
      if (!delivery.attempts?.length) {
        events.push({ key: `callback ${delivery.number}`, at: delivery.nextAt ?? detail.now, delivery });
      }
    }
    if (detail.completedAt) events.push({ key: "end", at: detail.completedAt, move: detail.status });
  }
  // Newest first: what happened last is what one looks for.
  return events.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** Seconds as people say them. */
function spoken(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
