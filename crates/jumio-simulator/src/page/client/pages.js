// The lists of chosen pages: what may be added, previews, order. Nothing is sent from here.

const NAMES = { "image/jpeg": [0xff, 0xd8, 0xff], "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] };
const MEGABYTE = 1024 * 1024;

/** What a file is by its first bytes and never by its name, as the server looks at it. */
async function formatOf(file) {
  const head = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
  for (const [format, start] of Object.entries(NAMES)) {
    if (start.every((byte, index) => head[index] === byte)) return format;
  }
  const text = String.fromCharCode(...head);
  return text.includes("%PDF-") ? "application/pdf" : null;
}

function sizeText(bytes) {
  const { kilobytes, megabytes } = config.text.pages;
  if (bytes < MEGABYTE) return fill(kilobytes, { size: numbers.format(Math.max(1, Math.round(bytes / 1024))) });
  return fill(megabytes, { size: numbers.format(bytes / MEGABYTE) });
}

/** One list of pages: a document with many, or one side of a card. */
class Slot {
  constructor(element) {
    this.element = element;
    this.field = element.dataset.field;
    this.most = Number(element.dataset.most);
    this.formats = element.dataset.formats.split(",");
    this.required = "required" in element.dataset;
    this.input = find(".file", element);
    this.list = find(".list", element);
    this.pages = [];
    this.adding = Promise.resolve();
    this.input.addEventListener("change", () => {
      const files = [...this.input.files];
      // Emptied, so that the same file can be chosen again after it was removed.
      this.input.value = "";
      this.add(files);
    });
    this.takeDrops(find(".drop", element));
  }

  get bytes() {
    return this.pages.reduce((sum, page) => sum + page.file.size, 0);
  }

  /** Adds what can be added, one after the other in the order given, and says of the rest why not. */
  add(files) {
    this.adding = this.adding.then(() => this.addNow(files));
    return this.adding;
  }

  async addNow(files) {
    const refused = [];
    let added = 0;
    for (const file of files) {
      const page = { file };
      const reason = await this.refusal(page);
      if (reason) {
        refused.push(fill(config.text.refused[reason], { ...config.limits, name: file.name, most: this.most }));
      } else {
        this.pages.push(page);
        this.list.append(this.show(page));
        added += 1;
        say(fill(config.text.pages.added, { name: file.name, number: this.pages.length }));
      }
    }
    this.explain(refused);
    this.refresh();
    if (added) this.element.dispatchEvent(new CustomEvent("captured", { bubbles: true }));
  }

  async refusal(page) {
    const { file } = page;
    if (file.size === 0) return "empty";
    if (this.pages.length >= this.most) return "pages";
    if (this.bytes + file.size > config.limits.bytes) return "size";
    page.format = await formatOf(file);
    if (!this.formats.includes(page.format)) return this.formats.includes("application/pdf") ? "format" : "format_image";
    if (page.format === "application/pdf") return null;
    let image;
    try {
      image = await createImageBitmap(file);
    } catch {
      return "unreadable";
    }
    const longest = Math.max(image.width, image.height);
    image.close();
    if (longest <= config.limits.least) return "small";
    return longest > config.limits.largest ? "large" : null;
  }

  explain(refused) {
    const box = find(".refused", this.element);
    box.replaceChildren();
    if (!refused.length) return;
    const heading = document.createElement("strong");
    heading.textContent = config.text.refused.heading;
    const list = document.createElement("ul");
    list.append(...refused.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    box.append(heading, list);
  }

  show(page) {
    const item = find("#page").content.firstElementChild.cloneNode(true);
    page.element = item;
    find(".name bdi", item).textContent = page.file.name;
    find(".size", item).textContent = sizeText(page.file.size);
    const picture = find(".picture", item);
    if (page.format === "application/pdf") {
      picture.append(Object.assign(document.createElement("span"), { className: "kind", textContent: "PDF" }));
    } else {
      page.url = URL.createObjectURL(page.file);
      const alt = fill(config.text.pages.picture, { name: page.file.name });
      picture.append(Object.assign(document.createElement("img"), { src: page.url, alt, draggable: false }));
    }
    find(".up", item).addEventListener("click", () => this.move(page, -1, ".up"));
    find(".down", item).addEventListener("click", () => this.move(page, 1, ".down"));
    find(".remove", item).addEventListener("click", () => this.remove(page));
    this.makeDraggable(page);
    return item;
  }

  move(page, by, button) {
    const from = this.pages.indexOf(page);
    this.moveTo(page, from + by);
    // Moving an element takes the focus from it.
    if (button) find(button, page.element).focus();
  }

  moveTo(page, to) {
    if (to < 0 || to >= this.pages.length || to === this.pages.indexOf(page)) return;
    this.pages.splice(this.pages.indexOf(page), 1);
    this.pages.splice(to, 0, page);
    this.list.append(...this.pages.map(({ element }) => element));
    this.refresh();
    say(fill(config.text.pages.added, { name: page.file.name, number: to + 1 }));
  }

  remove(page) {
    const index = this.pages.indexOf(page);
    this.pages.splice(index, 1);
    page.element.remove();
    if (page.url) URL.revokeObjectURL(page.url);
    this.refresh();
    this.explain([]);
    say(fill(config.text.pages.removed, { name: page.file.name }));
    const near = this.pages[Math.min(index, this.pages.length - 1)];
    (near ? find(".remove", near.element) : this.input).focus();
  }

  /** Numbers, names of buttons and the summary, after any change. */
  refresh() {
    const text = config.text.pages;
    this.pages.forEach(({ element }, index) => {
      const number = index + 1;
      find(".number", element).textContent = numbers.format(number);
      for (const action of ["up", "down", "remove"]) {
        const button = find(`.${action}`, element);
        button.setAttribute("aria-label", fill(text[action], { number }));
        button.title = button.getAttribute("aria-label");
        button.hidden = action !== "remove" && this.most === 1;
      }
      // Not `disabled`: a button that vanishes from under the keyboard loses the person's place.
      find(".up", element).setAttribute("aria-disabled", index === 0);
      find(".down", element).setAttribute("aria-disabled", number === this.pages.length);
      element.draggable = this.pages.length > 1;
    });
    this.list.classList.toggle("sortable", this.pages.length > 1);
    find(".pages", this.element).hidden = this.pages.length === 0;
    const values = { pages: this.pages.length, most: this.most, size: numbers.format(this.bytes / MEGABYTE) };
    find(".summary", this.element).textContent = fill(text.summary, { ...values, room: config.limits.megabytes });
  }

  /** Files that are dropped onto the field. */
  takeDrops(zone) {
    const hasFiles = (event) => event.dataTransfer.types.includes("Files");
    zone.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      zone.classList.remove("over");
      this.add([...event.dataTransfer.files]);
    });
  }

  /** Order by dragging, beside the buttons. */
  makeDraggable(page) {
    const { element } = page;
    element.addEventListener("dragstart", (event) => {
      this.dragged = page;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", page.file.name);
      element.classList.add("dragged");
    });
    element.addEventListener("dragend", () => {
      this.dragged = null;
      element.classList.remove("dragged");
    });
    element.addEventListener("dragover", (event) => {
      if (!this.dragged || this.dragged === page) return;
      event.preventDefault();
      element.classList.add("target");
    });
    element.addEventListener("dragleave", () => element.classList.remove("target"));
    element.addEventListener("drop", (event) => {
      element.classList.remove("target");
      if (!this.dragged) return;
      event.preventDefault();
      this.moveTo(this.dragged, this.pages.indexOf(page));
    });
  }
}
