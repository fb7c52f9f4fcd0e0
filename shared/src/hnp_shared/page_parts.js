"use strict";
/* What pages of reports are made of: elements, sortable tables, CSV, figures, sections. No value becomes markup. */
const pageParts = (words, language = "en") => {
  const main = document.getElementById("main");
  const redrawn = [];
  const MOST_ROWS = 40; /* of the numbers below a picture */

  /* A sentence in the language of the page, with {0}, {1} ... filled in. */
  const say = (sentence, ...values) => (words[sentence] ?? sentence).replace(/\{(\d)\}/g, (_, place) => values[place]);

  function make(name, attributes, ...inner) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...inner.map((one) => (one instanceof Node ? one : String(one))));
    return made;
  }

  function draw(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function told(value) {
    if (value === null || value === undefined) return "–";
    if (typeof value !== "number") return String(value);
    if (Number.isInteger(value)) return value.toLocaleString(language);
    return value.toLocaleString(language, { maximumSignificantDigits: 4 });
  }

  const marked = (text) => text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
  const isNumeric = (rows, place) => rows.length > 0 && rows.every((row) => row[place] === null || typeof row[place] === "number");

  /* At most so many rows are shown, whatever they are sorted by; a file has them all. */
  function table(head, rows, caption, most = Infinity) {
    const isNumber = head.map((_, place) => isNumeric(rows, place));
    const body = make("tbody");
    const line = make("tr");
    const fill = (sorted) => body.replaceChildren(...sorted.slice(0, most).map((row) => make("tr", {}, ...row.map((value, place) =>
      place === 0 ? make("th", { scope: "row" }, ...marked(told(value))) : make("td", isNumber[place] ? { class: "number" } : {}, ...marked(told(value)))))));
    head.forEach((title, place) => {
      const button = make("button", { type: "button" }, title);
      const cell = make("th", { scope: "col", ...(isNumber[place] ? { class: "number" } : {}) }, button);
      button.addEventListener("click", () => {
        const up = cell.getAttribute("aria-sort") !== "ascending";
        for (const other of line.children) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", up ? "ascending" : "descending");
        const order = (one, two) => isNumber[place] ? (one[place] ?? -Infinity) - (two[place] ?? -Infinity) : told(one[place]).localeCompare(told(two[place]), language, { numeric: true });
        fill([...rows].sort((one, two) => (up ? order(one, two) : order(two, one))));
      });
      line.append(cell);
    });
    fill(rows);
    const made = make("table", {}, make("caption", { class: "skip" }, caption), make("thead", {}, line), body);
    const box = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, made);
    if (rows.length > most) box.append(make("p", {}, say("{0} of {1} rows; the CSV has them all.", most, told(rows.length))));
    return box;
  }

  function csv(head, rows) {
    const cell = (value) => {
      if (value === null || value === undefined) return "";
      if (typeof value === "number") return String(value);
      const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return [head, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
  }

  function download(name, head, rows) {
    /* The mark tells Excel that names are UTF-8. */
    const url = URL.createObjectURL(new Blob(["\ufeff", csv(head, rows)], { type: "text/csv" }));
    const link = make("a", { href: url, download: `${document.body.dataset.files ?? ""}${name}.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  /* A figure is drawn anew when the choice changes; its data stand below it and leave as CSV. */
  function figure(into, name, title, render) {
    const box = make("figure", { id: name });
    const open = { data: false };
    redrawn.push(() => {
      const { picture, head, rows, key, note, most } = render();
      const save = make("button", { type: "button" }, "CSV");
      save.setAttribute("aria-label", say("Download {0} as CSV", title));
      save.addEventListener("click", () => download(name, head, rows));
      const data = make("details", open.data || !picture ? { open: "" } : {}, make("summary", {}, say("Numbers")), table(head, rows, title, MOST_ROWS));
      data.addEventListener("toggle", () => { open.data = data.open; });
      box.replaceChildren(make("figcaption", {}, title, save), ...(picture ? [picture] : []), ...(key ? [key] : []), ...(note ? [make("p", {}, note)] : []), picture ? data : table(head, rows, title, most));
    });
    into.append(box);
    return box;
  }

  function section(id, title, ...sentences) {
    const made = make("section", { "aria-labelledby": `${id}-head` }, make("h2", { id: `${id}-head`, tabindex: -1 }, title), ...sentences.map((each) => make("p", {}, each)));
    main.append(made);
    document.getElementById("contents").append(make("li", {}, make("a", { href: `#${id}-head` }, title)));
    return made;
  }

  const redraw = () => { for (const each of redrawn) each(); };
  return { say, make, draw, told, marked, table, figure, section, redrawn, redraw };
};
