"use strict";
/* A reader's page. Nothing is loaded and nothing is sent: what is said lies in this browser's
   storage, and in the file that is downloaded. Values are only ever set as text. */
(() => {
  const page = JSON.parse(document.getElementById("content").textContent);
  const teaching = page.kind === "teach";
  const STEPS = 1023;
  const STORE = `hnp-${page.kind}-${page.dataset_id}-${page.page_id}`;
  const CANNOT = "cannot tell";
  const means = new Map(page.codes.map((each) => [each.code, each.means]));
  const at = (id) => document.getElementById(id);
  const form = at("form");
  const state = { position: 0, reader: "", answers: {}, downloaded: true };
  const view = { near: 0, window: 100, middle: 50, zoom: 1, x: 0, y: 0 };
  const undone = [];
  const decoded = new Map();
  let storing = true;

  /* ---- what is kept ---- */

  function load() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) || "null");
      if (kept && typeof kept.answers === "object") Object.assign(state, kept);
      state.position = Math.min(Math.max(0, state.position | 0), page.items.length - 1);
      localStorage.setItem(STORE, JSON.stringify(state));
    } catch (error) {
      storing = false;
      warn("This browser keeps nothing for this page: what you say is lost when it is closed. Download often.");
    }
  }

  function keep() {
    try {
      if (storing) localStorage.setItem(STORE, JSON.stringify(state));
    } catch (error) {
      warn("This browser's storage is full: what you say now is lost when the page is closed. Download it.");
    }
  }

  function warn(text) {
    at("warning").textContent = text;
    at("warning").hidden = false;
  }

  /* ---- pictures ---- */

  async function pixels(id) {
    if (decoded.has(id)) return decoded.get(id);
    const packed = page.pictures[id];
    const bytes = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const planes = new Uint8Array(await new Response(stream).arrayBuffer());
    const count = packed.rows * packed.columns;
    const values = new Uint16Array(count);
    for (let index = 0, value = 0; index < count; index += 1) {
      value = (value + planes[index] + (planes[count + index] << 8)) & 0xffff;
      values[index] = value;
    }
    const picture = { rows: packed.rows, columns: packed.columns, values };
    if (decoded.size > 60) decoded.delete(decoded.keys().next().value);
    decoded.set(id, picture);
    return picture;
  }

  function greys(picture, window, middle) {
    const width = (window / 100) * STEPS, low = (middle / 100) * STEPS - width / 2;
    const canvas = new OffscreenCanvas(picture.columns, picture.rows);
    const image = new ImageData(picture.columns, picture.rows);
    picture.values.forEach((value, index) => {
      const grey = ((value - low) / width) * 255;
      image.data.set([grey, grey, grey, 255], index * 4);
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  async function draw() {
    const item = page.items[state.position];
    const wanted = item.stack[view.near];
    const picture = await pixels(wanted.picture);
    if (page.items[state.position] !== item || item.stack[view.near] !== wanted) return;
    const canvas = at("picture"), context = canvas.getContext("2d");
    const high = picture.rows * item.aspect, scale = Math.min(canvas.width / picture.columns, canvas.height / high) * view.zoom;
    const width = picture.columns * scale, height = high * scale;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(greys(picture, view.window, view.middle), (canvas.width - width) / 2 + view.x, (canvas.height - height) / 2 + view.y, width, height);
    canvas.dataset.picture = wanted.picture;
    canvas.setAttribute("aria-label", `Slice ${state.position + 1} of ${page.items.length}, ${beside(wanted)}`);
    at("offset").textContent = `Showing ${beside(wanted)}`;
    for (const [name, value] of [["window", view.window], ["middle", view.middle], ["zoom", view.zoom * 100]]) {
      at(name).value = value;
      at(`${name}-value`).textContent = `${Math.round(value)} %`;
    }
    [...at("stack").children].forEach((button, index) => button.setAttribute("aria-pressed", String(index === view.near)));
  }

  function beside(one) {
    const item = page.items[state.position];
    if (one.picture === item.id) return "the slice to read";
    if (one.offset_mm === null) return "a neighbour in its series";
    return `its neighbour at ${one.offset_mm > 0 ? "+" : "\u2212"}${Math.abs(one.offset_mm).toFixed(1)} mm`;
  }

  async function drawStack(item) {
    const buttons = item.stack.map((one, index) => {
      const button = document.createElement("button"), small = document.createElement("canvas");
      button.type = "button";
      button.setAttribute("aria-label", `Show ${beside(one)}`);
      small.width = small.height = 84;
      button.append(small);
      button.addEventListener("click", () => turn(index - view.near));
      return button;
    });
    at("stack").replaceChildren(...buttons);
    at("stack").hidden = buttons.length < 2;
    for (const [index, one] of item.stack.entries()) {
      const picture = await pixels(one.picture);
      buttons[index].firstChild.getContext("2d").drawImage(greys(picture, 100, 50), 0, 0, 84, 84);
    }
  }

  function turn(step) {
    const stack = page.items[state.position].stack;
    view.near = Math.min(Math.max(0, view.near + step), stack.length - 1);
    draw();
  }

  function look(changes) {
    Object.assign(view, changes);
    view.window = Math.min(Math.max(2, view.window), 100);
    view.middle = Math.min(Math.max(0, view.middle), 100);
    view.zoom = Math.min(Math.max(1, view.zoom), 8);
    if (view.zoom === 1) view.x = view.y = 0;
    draw();
  }

  /* ---- one slice ---- */

  function show(position) {
    state.position = Math.min(Math.max(0, position), page.items.length - 1);
    const item = page.items[state.position];
    Object.assign(view, { near: item.stack.findIndex((one) => one.picture === item.id), zoom: 1, x: 0, y: 0 });
    fill(item);
    at("where").textContent = `Slice ${state.position + 1} of ${page.items.length}${item.rank ? `, suspect ${item.rank}` : ""}`;
    at("back").disabled = state.position === 0;
    at("next").disabled = state.position === page.items.length - 1;
    keep();
    drawStack(item);
    return draw();
  }

  function fill(item) {
    const answer = state.answers[item.id];
    const shown = answer || (page.blind ? {} : { level: item.level, code: item.code });
    form.reset();
    for (const input of form.querySelectorAll("input[type=radio]")) {
      if (input.name === "level") input.checked = input.value === shown.level;
      else if (input.dataset.cannot) input.checked = Boolean(shown.cannot);
      else input.checked = !shown.cannot && input.value === shown.code;
      input.disabled = teaching && Boolean(answer);
    }
    if (at("note")) at("note").value = (answer && answer.note) || "";
    at("label-says").textContent = teaching ? `The disc is ${item.level}.` : page.blind && !answer ? "What the data set says is shown after your answer." : said(item);
    tell(item, answer);
    count();
  }

  function said(item) {
    return item.code === null && item.level === null ? "The data set says nothing of this slice." : `The data set says: ${item.level || "no level"}, code ${item.code || "none"}.`;
  }

  function tell(item, answer) {
    const lines = [];
    if (answer && teaching) lines.push(answer.right ? "Right." : "Not right.", `${said(item)} The disc is ${item.positive ? "" : "not "}herniated.`);
    if ((answer || !page.blind) && item.probability !== null && item.probability !== undefined) lines.push(modelSays(item));
    at("told").replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    const figure = at("map"), seen = Boolean(item.map && (answer || !page.blind));
    figure.hidden = !seen;
    if (seen) Object.assign(figure.querySelector("img"), { src: item.map, alt: `Where the model looked on slice ${state.position + 1}` });
    else figure.querySelector("img").removeAttribute("src");
    if (teaching) at("save").firstChild.textContent = answer ? "Go on " : "Answer ";
    else at("save").firstChild.textContent = page.blind && !answer ? "Answer " : "Save and next ";
  }

  function modelSays(item) {
    const percent = `The model gives ${(item.probability * 100).toFixed(0)} %`;
    if (page.threshold === null) return `${percent} that the disc is herniated.`;
    const called = item.probability >= page.threshold ? "herniated" : "not herniated";
    return `${percent}, and calls the disc ${called} (it does from ${(page.threshold * 100).toFixed(0)} % on).`;
  }

  function chosen() {
    const code = form.querySelector("input[name=code]:checked"), level = form.querySelector("input[name=level]:checked");
    const cannot = Boolean(code && code.dataset.cannot);
    return { level: level ? level.value : null, code: code && !cannot ? code.value : null, cannot, note: at("note") ? at("note").value.trim() : "" };
  }

  function save() {
    const item = page.items[state.position], before = state.answers[item.id];
    if (teaching && before) return go(1);
    const answer = chosen();
    if (!answer.cannot && (answer.code === null || (!teaching && answer.level === null))) {
      at("told").replaceChildren(Object.assign(document.createElement("p"), { textContent: `Choose a ${teaching || answer.level !== null ? "code" : "level and a code"}, or \u201ccannot tell\u201d.` }));
      return undefined;
    }
    if (teaching) answer.right = !answer.cannot && herniated(answer.code) === item.positive;
    undone.push([item.id, before]);
    state.answers[item.id] = answer;
    state.downloaded = teaching;
    at("undo").disabled = false;
    const reveals = page.blind && !before;
    if (reveals || state.position === page.items.length - 1) {
      keep();
      fill(item);
      return undefined;
    }
    return go(1);
  }

  function herniated(code) {
    return code.split(",").some((each) => means.get(each) === "patient");
  }

  function undo() {
    if (!undone.length) return;
    const [id, before] = undone.pop();
    if (before) state.answers[id] = before;
    else delete state.answers[id];
    state.downloaded = teaching;
    at("undo").disabled = !undone.length;
    show(page.items.findIndex((item) => item.id === id));
  }

  function go(step) {
    return show(state.position + step);
  }

  /* ---- how far, and how well ---- */

  function count() {
    const read = page.items.filter((item) => state.answers[item.id]).length;
    at("progress").value = read;
    at("count").textContent = `${read} of ${page.items.length} read`;
    at("answers").querySelector("tbody").replaceChildren(...page.items.filter((item) => state.answers[item.id]).map(row));
    if (teaching) score();
    else at("kept").textContent = !read ? "" : state.downloaded ? "All answers are in the file that you downloaded." : "There are answers that no downloaded file has yet.";
  }

  function row(item) {
    const answer = state.answers[item.id];
    const reads = answer.cannot ? CANNOT : `${teaching ? "" : `${answer.level}, `}${answer.code}`;
    return cells("td", [item.id.slice(0, 8), `${item.level || "\u2013"}, ${item.code || "\u2013"}`, reads, answer.note || ""]);
  }

  function cells(kind, texts) {
    const line = document.createElement("tr");
    line.append(...texts.map((text) => Object.assign(document.createElement(kind), { textContent: text })));
    return line;
  }

  /* Wilson's interval of a share, JASA 1927; 22: 209-212. */
  function wilson(right, of) {
    const z = 1.959963984540054, share = right / of, spread = (z * z) / of;
    const middle = (share + spread / 2) / (1 + spread);
    const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / of + spread / of / 4);
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  function score() {
    const done = page.items.filter((item) => state.answers[item.id]);
    if (!done.length) return at("score").replaceChildren(Object.assign(document.createElement("p"), { textContent: "It stands here once you have answered." }));
    const model = done.filter((item) => item.probability !== null && item.probability !== undefined && page.threshold !== null);
    const lines = [["all discs", done, (item) => state.answers[item.id].right]];
    for (const level of page.levels) lines.push([level, done.filter((item) => item.level === level), (item) => state.answers[item.id].right]);
    if (model.length) lines.push(["the model, on the same", model, (item) => (item.probability >= page.threshold) === item.positive]);
    const table = document.createElement("table"), head = document.createElement("thead"), body = document.createElement("tbody");
    head.append(cells("th", ["disc", "right", "of", "share", "95 % interval"]));
    for (const [name, items, isRight] of lines.filter((line) => line[1].length)) {
      const right = items.filter(isRight).length, [low, high] = wilson(right, items.length);
      body.append(cells("td", [name, String(right), String(items.length), (right / items.length).toFixed(2), `${low.toFixed(2)} to ${high.toFixed(2)}`]));
    }
    table.append(head, body);
    const note = Object.assign(document.createElement("p"), { className: "hint", textContent: "Right: herniated or not, as the label says. \u201cCannot tell\u201d counts as not right. Wilson intervals." });
    return at("score").replaceChildren(table, note);
  }

  /* ---- the file ---- */

  /* No cell may be taken for a formula by a spreadsheet; hnp-etl takes the apostrophe off again. */
  function cell(text) {
    const safe = /^\s*[=+\-@'\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text;
    return /[",;\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function corrections() {
    const lines = [["slice_id", "field", "old", "new", "reader", "note"]];
    for (const item of page.items) {
      const answer = state.answers[item.id];
      if (!answer) continue;
      const note = answer.cannot ? [CANNOT, answer.note].filter(Boolean).join(": ") : answer.note;
      if (!answer.cannot) lines.push([item.id, "level", item.level || "", answer.level, state.reader, ""]);
      lines.push([item.id, "label_code", item.code || "", answer.cannot ? "" : answer.code, state.reader, note]);
    }
    return lines.map((line) => line.map(cell).join(",") + "\r\n").join("");
  }

  function download() {
    state.reader = at("reader").value.trim();
    if (!state.reader) {
      at("kept").textContent = "Say who reads first: initials are enough.";
      at("reader").focus();
      return;
    }
    if (!Object.keys(state.answers).length) {
      at("kept").textContent = "There is no answer yet.";
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([corrections()], { type: "text/csv;charset=utf-8" }));
    link.download = "corrections.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    state.downloaded = true;
    keep();
    count();
  }

  /* ---- keys and mouse ---- */

  const KEYS = {
    ArrowLeft: () => go(-1), ArrowRight: () => go(1), ArrowUp: () => turn(-1), ArrowDown: () => turn(1),
    "[": () => look({ window: view.window - 5 }), "]": () => look({ window: view.window + 5 }),
    ";": () => look({ middle: view.middle + 3 }), "'": () => look({ middle: view.middle - 3 }),
    "+": () => look({ zoom: view.zoom + 0.5 }), "=": () => look({ zoom: view.zoom + 0.5 }), "-": () => look({ zoom: view.zoom - 0.5 }),
    0: () => look({ window: 100, middle: 50, zoom: 1 }), u: undo, x: () => pick("code", "[data-cannot]"),
    n: () => at("note") && at("note").focus(), d: () => at("download") && download(), Enter: save,
    "?": () => { at("help").open = !at("help").open; },
  };
  page.levels.slice(0, 5).forEach((level, index) => { if (!teaching) KEYS["qwert"[index]] = () => pick("level", `[value="${CSS.escape(level)}"]`); });
  page.codes.slice(0, 9).forEach((each, index) => { KEYS[index + 1] = () => pick("code", `[value="${CSS.escape(each.code)}"]:not([data-cannot])`); });

  function pick(name, which) {
    const input = form.querySelector(`input[name=${name}]${which}`);
    if (input && !input.disabled) input.checked = true;
  }

  function onKey(event) {
    const target = event.target, typing = target.matches("input[type=text]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing && event.key === "Escape") target.blur();
    if (typing || !at("keys").checked) return;
    const arrow = event.key.startsWith("Arrow");
    if (arrow && target.matches("input, .scroll")) return;
    if (event.key === "Enter" && target.matches("button, summary, input")) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  function onDrag(event) {
    if (!(event.buttons & 1)) return;
    const ratio = at("picture").width / at("picture").clientWidth;
    if (event.shiftKey) look({ window: view.window + event.movementX / 4, middle: view.middle + event.movementY / 4 });
    else if (view.zoom > 1) look({ x: view.x + event.movementX * ratio, y: view.y + event.movementY * ratio });
  }

  document.addEventListener("keydown", onKey);
  at("picture").addEventListener("pointermove", onDrag);
  at("picture").addEventListener("wheel", (event) => { event.preventDefault(); look({ zoom: view.zoom - Math.sign(event.deltaY) * 0.25 }); }, { passive: false });
  for (const [name, scale] of [["window", 1], ["middle", 1], ["zoom", 0.01]]) at(name).addEventListener("input", () => look({ [name]: at(name).valueAsNumber * scale }));
  at("reset").addEventListener("click", () => look({ window: 100, middle: 50, zoom: 1 }));
  at("back").addEventListener("click", () => go(-1));
  at("next").addEventListener("click", () => go(1));
  at("undo").addEventListener("click", undo);
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  if (at("download")) {
    at("download").addEventListener("click", download);
    at("reader").addEventListener("input", () => { state.reader = at("reader").value.trim(); keep(); });
  }
  window.addEventListener("beforeunload", (event) => { if (!state.downloaded) event.preventDefault(); });
  window.addEventListener("beforeprint", () => { at("answers").open = true; });

  load();
  if (at("reader")) at("reader").value = state.reader;
  show(state.position).then(() => { document.body.dataset.ready = "yes"; });
})();
