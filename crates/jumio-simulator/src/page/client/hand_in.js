// Sending: the session that each chosen page keeps open, the upload with its progress, and what the server answers.

const LONGEST_WAIT = 60 * 60 * 1000;

/** Takes the server's answer: the session goes on, or it has ended. */
function heed(outcome) {
  if (outcome.state === "open") watch(outcome.endsIn);
  else if (!outcome.retriable) end(outcome);
}

let watching;

/** Asks again once the session should be over: it may have been kept open elsewhere. */
function watch(milliseconds) {
  clearTimeout(watching);
  watching = setTimeout(() => ask("GET", window.location.href), Math.min(milliseconds + 500, LONGEST_WAIT));
}

async function ask(method, url) {
  if (!find("#open")) return;
  try {
    const answer = await fetch(url, { method, headers: { accept: "application/json" }, cache: "no-store" });
    const outcome = await answer.json();
    if (find("#open")) heed(outcome);
  } catch {
    // Nothing is lost: handing in tells whether the server is there.
  }
}

/** Sends everything in the order shown, in one go: all of it is taken, or none. */
function send(slots, onProgress) {
  const form = new FormData();
  for (const slot of slots) for (const { file } of slot.pages) form.append(slot.field, file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const offline = () => resolve({ state: "failed", reason: "offline", retriable: true, metainfo: config.offline });
    request.open("POST", window.location.href);
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.round((event.loaded / event.total) * 100));
    });
    request.addEventListener("error", offline);
    request.addEventListener("load", () => (request.response?.state ? resolve(request.response) : offline()));
    request.send(form);
  });
}

function startForm(form) {
  const slots = [...document.querySelectorAll(".slot")].map((element) => new Slot(element));
  const button = find("#submit");
  const sending = find("#sending");
  const progress = find("#progress");
  const problem = find("#problem");
  let busy = false;

  const complain = (text, detail) => {
    const heading = Object.assign(document.createElement("strong"), { textContent: text });
    problem.replaceChildren(heading);
    if (detail) problem.append(Object.assign(document.createElement("p"), { textContent: detail, lang: "en", dir: "ltr" }));
  };
  const setBusy = (now) => {
    busy = now;
    sending.hidden = !now;
    progress.value = 0;
    button.setAttribute("aria-disabled", now);
  };

  form.noValidate = true;
  form.addEventListener("captured", () => {
    problem.replaceChildren();
    ask("POST", config.capture);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    await Promise.all(slots.map((slot) => slot.adding));
    const missing = slots.find((slot) => slot.required && !slot.pages.length);
    if (missing) {
      complain(config.text.failed.none);
      missing.input.focus();
      return;
    }
    problem.replaceChildren();
    setBusy(true);
    const outcome = await send(slots, (percent) => (progress.value = percent));
    setBusy(false);
    if (outcome.state === "failed" && outcome.retriable) {
      complain(config.text.failed[outcome.reason], outcome.detail);
      tell("error", outcome.metainfo);
    } else {
      end(outcome);
    }
  });
  // A file that misses the field must not replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  watch(config.endsIn);
}

const form = find("#form");
if (form) startForm(form);
