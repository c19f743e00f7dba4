"use strict";
// What all of the page's script needs: the server's data, texts with their values put in, and the messages to the page
// around this one.

const config = JSON.parse(document.getElementById("config").textContent);
const find = (selector, within = document) => within.querySelector(selector);

document.documentElement.classList.add("scripted");

// Digits as in the server's texts, so that one page does not show two kinds.
const numbers = new Intl.NumberFormat(`${config.locale}-u-nu-latn`, { maximumFractionDigits: 1 });

/** The text with each `{name}` replaced. A file's name is isolated: it may be written in the other direction. */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!(name in values)) return whole;
    return name === "name" ? `\u2068${values.name}\u2069` : String(values[name]);
  });
}

/** Posts to the embedding page, as JSON text and to any origin, as Jumio's client does. */
function tell(value, metainfo) {
  if (window.parent === window) return;
  const payload = metainfo ? { value, metainfo } : { value };
  const message = { ...config.message, dateTime: new Date().toISOString(), payload };
  window.parent.postMessage(JSON.stringify(message), "*");
}

/** Says something to whoever hears the page rather than sees it. */
function say(text) {
  find("#said").textContent = text;
}

/** Replaces the form by how it ended. */
function end(outcome) {
  const section = find(outcome.state === "done" ? "#done" : "#failed");
  find("#open")?.remove();
  if (outcome.state === "failed") {
    find(".reason", section).textContent = config.text.failed[outcome.reason];
    find(".detail", section).textContent = outcome.detail ?? "";
    find(".again", section).hidden = true;
  }
  const next = find(".next", section);
  next.hidden = !outcome.next;
  if (outcome.next) next.href = outcome.next;
  const stay = find(".stay", section);
  if (stay) stay.hidden = Boolean(outcome.next);
  section.hidden = false;
  document.title = `${find("h1", section).textContent} · SIMULATED`;
  section.focus();
  tell(outcome.state === "done" ? "success" : "error", outcome.metainfo);
  // A success goes on by itself; after a failure the person reads why and then goes back.
  if (outcome.state === "done" && outcome.next) window.location.assign(outcome.next);
}

// The server wrote the country in English; the browser knows it in the page's language.
const country = find("#country");
if (country?.dataset.code) {
  country.textContent = new Intl.DisplayNames([config.locale], { type: "region" }).of(country.dataset.code);
}

tell("loaded", config.loaded);
if (config.state === "failed") tell("error", config.failed);
