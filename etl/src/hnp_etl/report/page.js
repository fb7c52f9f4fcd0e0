"use strict";
(() => {
  const page = JSON.parse(document.getElementById("content").textContent);
  const words = { Numbers: page.texts["page.numbers"], "Download {0} as CSV": page.texts["page.save"].replace("{title}", "{0}"), "{0} of {1} rows; the CSV has them all.": page.texts["page.rows"].replace("{most}", "{0}").replace("{all}", "{1}") };
  const { make, draw, told, figure, section, redrawn, redraw } = pageParts(words, page.language);
  const perHospital = page.discs.length * page.labels.length;
  const used = { hospital: hospitals(), disc: present("disc"), label: present("label") };
  const chosen = { hospital: new Set(used.hospital), disc: new Set(used.disc), label: new Set(used.label) };

  /* What is said stands in the catalogue of the page's language; what has no word there stays as it is. */
  const say = (key, values = {}) => page.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const named = (kind, value) => page.texts[`${kind}.${value}`] ?? value;

  /* ---- small things ---- */

  function hospitals() {
    return [...new Set([...page.hospitals, ...page.files.map((row) => row[0]), ...Object.keys(page.flow)])].sort();
  }

  function present(kind) {
    const there = new Set(Object.keys(page.cells).map((cell) => where(Number(cell))[kind]));
    return page[`${kind}s`].filter((name) => there.has(name));
  }

  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)} %` : "–");
  const add = (list) => list.reduce((sum, one) => sum + one, 0);

  function where(cell) {
    const inner = cell % perHospital;
    return {
      hospital: page.hospitals[Math.floor(cell / perHospital)],
      disc: page.discs[Math.floor(inner / page.labels.length)],
      label: page.labels[inner % page.labels.length],
    };
  }

  function counts(cell) {
    const at = where(cell);
    return chosen.hospital.has(at.hospital) && chosen.disc.has(at.disc) && chosen.label.has(at.label);
  }

  const cells = () => Object.keys(page.cells).map(Number).filter(counts);
  const slices = (those) => add(those.map((cell) => page.cells[cell]));
  const owners = (patterns, fits) => add(patterns.filter(([inside]) => inside.some(fits)).map(([, count]) => count));
  const homes = () => page.hospitals.filter((name) => chosen.hospital.has(name));
  const within = (name, kind) => cells().filter((cell) => where(cell)[kind] === name);

  /* ---- pictures of numbers ---- */

  const isNarrow = matchMedia("(max-width: 40rem)").matches;
  const STEP = 26;

  function svg(width, height, says) {
    return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says });
  }

  const short = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

  function bars(says, rows, whole) {
    /* rows: name, parts, words after the bar */
    const most = whole ?? Math.max(1, ...rows.map(([, parts]) => add(parts)));
    const wide = isNarrow ? 420 : 640, start = isNarrow ? 130 : 150;
    const made = svg(wide, rows.length * STEP + 4, says);
    rows.forEach(([name, parts, words], line) => {
      const top = line * STEP + 3;
      made.append(draw("text", { x: 0, y: top + 14 }, short(name, 20)));
      let left = start;
      parts.forEach((count, place) => {
        const width = ((wide - start - 165) * count) / most;
        if (count) made.append(draw("rect", { x: left, y: top, width, height: STEP - 8, class: ["one", "two", "three"][place] }));
        left += width;
      });
      made.append(draw("text", { x: left + 6, y: top + 14 }, words));
    });
    return made;
  }

  function ridges(says, edges, rows) {
    /* rows: name, counts by bin; every row is scaled by itself */
    const high = 26, wide = isNarrow ? 360 : 430, start = 84, made = svg(wide, rows.length * (high + 8) + 24, says);
    const step = (wide - start - 10) / (edges.length - 1);
    rows.forEach(([name, bins], line) => {
      const floor = (line + 1) * (high + 8), most = Math.max(1e-9, ...bins);
      made.append(draw("text", { x: 0, y: floor - 4 }, short(name, 11)), draw("line", { x1: start, x2: wide - 10, y1: floor, y2: floor }));
      bins.forEach((count, place) => {
        const tall = (high * count) / most;
        if (count) made.append(draw("rect", { x: start + place * step, y: floor - tall, width: Math.max(1, step - 1), height: tall, class: "one" }));
      });
    });
    const low = rows.length * (high + 8) + 18;
    for (const [place, anchor] of [[0, "start"], [Math.floor((edges.length - 1) / 2), "middle"], [edges.length - 1, "end"]])
      made.append(draw("text", { x: start + place * step, y: low, "text-anchor": anchor }, told(edges[place])));
    return made;
  }

  function labelKey() {
    return make("p", { class: "key" }, ...used.label.map((name) => make("span", { class: `k${page.labels.indexOf(name)}` }, named("labels", name))));
  }

  /* ---- numbers of a column in a choice ---- */

  function summed(column, those) {
    const found = those.map((cell) => column.cells[cell]).filter(Boolean);
    const bins = column.edges.slice(1).map((_, place) => add(found.map((one) => one[6][place])));
    const [missing, known, sum, squares] = [0, 1, 2, 3].map((place) => add(found.map((one) => one[place])));
    const has = found.filter((one) => one[1]);
    const mean = known ? sum / known : null;
    return {
      missing, known, mean, bins,
      sd: known > 1 ? Math.sqrt(Math.max(0, (squares - known * mean * mean) / (known - 1))) : null,
      least: has.length ? Math.min(...has.map((one) => one[4])) : null,
      most: has.length ? Math.max(...has.map((one) => one[5])) : null,
    };
  }

  function columnFigure(into, column) {
    const unit = column.unit ? `, ${named("units", column.unit)}` : "";
    const banded = column.band === null ? "" : say("page.bands", { band: column.band });
    const title = say(`columns.${column.name}`);
    figure(into, column.name, `${title}${unit}${banded}`, () => {
      const rows = homes().map((name) => [name, summed(column, within(name, "hospital"))]);
      const everywhere = [say("page.everywhere"), summed(column, cells())];
      const picture = ridges(say("columns.by_hospital", { title: `${title}${unit}` }), column.edges, rows.map(([name, one]) => [name, one.bins]));
      const summary = ["known", "missing", "mean", "sd", "least", "greatest"].map((each) => say(`columns.summary.${each}`));
      const head = [say("kinds.hospital"), ...summary, ...column.edges.slice(0, -1).map((edge) => say("page.from", { edge: told(edge) }))];
      return { picture, head, rows: [...rows, everywhere].map(([name, one]) => [name, one.known, one.missing, one.mean, one.sd, one.least, one.most, ...one.bins]) };
    });
  }

  /* ---- the sections ---- */

  function headline() {
    const made = section("counts", say("counts.head"));
    const cards = make("dl", { class: "cards" });
    made.append(cards);
    redrawn.push(() => {
      const those = cells(), ill = those.filter((cell) => where(cell).label === "herniated");
      const facts = [
        ["slices", slices(those)], ["patients", owners(page.patients, counts)], ["studies", owners(page.studies, counts)],
        ["hospitals", new Set(those.map((cell) => where(cell).hospital)).size],
        ["herniated", slices(ill)], ["ill", owners(page.patients, (cell) => counts(cell) && where(cell).label === "herniated")],
      ];
      cards.replaceChildren(...facts.map(([name, count]) => make("div", {}, make("dt", {}, say(`counts.${name}`)), make("dd", { "data-count": name }, told(count)))));
      const whole = slices(Object.keys(page.cells));
      document.getElementById("counted").textContent = say("page.counted", { slices: told(facts[0][1]), whole: told(whole), patients: told(facts[1][1]), studies: told(facts[2][1]) });
    });
    const flat = (kind) => used[kind].filter((name) => chosen[kind].has(name)).map((name) => {
      const those = within(name, kind), parts = page.labels.map((label) => slices(those.filter((cell) => where(cell).label === label)));
      return [named(`${kind}s`, name), parts, owners(page.patients, (cell) => those.includes(cell))];
    });
    for (const [kind, title] of [["disc", say("counts.by_disc")], ["hospital", say("counts.by_hospital")]])
      figure(made, `balance-${kind}`, title, () => {
        const rows = flat(kind);
        return {
          picture: bars(say("counts.bars", { title }), rows.map(([name, parts]) => [name, parts, say("counts.share", { slices: told(add(parts)), share: percent(parts[1], parts[0] + parts[1]) })])),
          key: labelKey(),
          head: [say(`kinds.${kind}`), ...page.labels.map((name) => named("labels", name)), say("counts.slices"), say("counts.patients")],
          rows: rows.map(([name, parts, people]) => [name, ...parts, add(parts), people]),
        };
      });
  }

  const GATES = ["met", "readable_mr", "lumbar", "axial", "t2", "labelled", "at_a_disc", "decoded", "accepted"];

  function flow() {
    const made = section("flow", say("flow.head"), say("flow.about"));
    if (!Object.keys(page.flow).length) made.append(make("p", {}, say("flow.unknown")));
    else figure(made, "flow", say("flow.title"), () => {
      const names = Object.keys(page.flow).filter((name) => chosen.hospital.has(name));
      const rows = GATES.map((gate) => {
        const lefts = names.map((name) => page.flow[name][gate]);
        const people = lefts.some((left) => left.patients === null) ? null : add(lefts.map((left) => left.patients));
        return [say(`gates.${gate}`), add(lefts.map((left) => left.files)), add(lefts.map((left) => left.studies)), people];
      });
      const lost = rows.map(([, files], place) => (place ? rows[place - 1][1] - files : 0));
      return {
        picture: bars(say("flow.picture"), rows.map(([words, files], place) => [words, [files], `${told(files)}${lost[place] ? say("flow.lost", { count: told(lost[place]) }) : ""}`])),
        head: [say("flow.gate"), say("flow.images"), say("flow.out"), say("counts.studies"), say("counts.patients")],
        rows: rows.map(([words, files, studies, people], place) => [words, files, lost[place], studies, people]),
      };
    });
    const here = () => page.files.filter(([name]) => chosen.hospital.has(name));
    figure(made, "states", say("files.states"), () => {
      const states = ["accepted", "used", "filtered", "rejected", "ignored"];
      const rows = [...new Set(here().map((row) => row[0]))].map((name) => {
        const parts = states.map((state) => add(here().filter((row) => row[0] === name && row[2] === state).map((row) => row[4])));
        return [name, ...parts, add(parts)];
      });
      const sums = [say("page.everywhere"), ...[...states, "files"].map((_, place) => add(rows.map((row) => row[place + 1])))];
      return { head: [say("kinds.hospital"), ...states.map((state) => say(`states.${state}`)), say("files.files")], rows: [...rows, sums] };
    });
    figure(made, "reasons", say("files.reasons"), () => {
      const by = new Map();
      for (const [name, kind, state, reason, count] of here()) if (reason) {
        const key = [reason, kind, state].join("|");
        by.set(key, [reason, kind, state, (by.get(key)?.[3] ?? 0) + count, new Set([...(by.get(key)?.[4] ?? []), name])]);
      }
      const rows = [...by.values()].sort((one, two) => two[3] - one[3]).map(([reason, kind, state, count, names]) => {
        const said = page.reasons[reason] ?? { means: "", do: "", in_if: "" };
        return [reason, named("file_kinds", kind), named("states", state), count, [...names].join(", "), said.means, said.do, said.in_if ? say("files.would", { what: said.in_if }) : ""];
      });
      return { head: ["reason", "kind", "state", "files", "hospitals", "means", "do", "in_if"].map((each) => say(`files.${each}`)), rows };
    });
  }

  function pictures() {
    const made = section("pictures", say("pictures.head"), say("pictures.about"));
    const box = make("div");
    made.append(labelKey(), box);
    redrawn.push(() => {
      const parts = [];
      for (const name of homes()) {
        parts.push(make("h3", {}, name));
        for (const disc of page.discs) {
          const those = page.pictures.filter(([cell]) => counts(cell) && where(cell).hospital === name && where(cell).disc === disc).sort((one, two) => one[0] - two[0]);
          if (!those.length) continue;
          parts.push(make("ul", { class: "pictures", "aria-label": `${name}, ${named("discs", disc)}` }, ...those.map(([cell, code, data]) => {
            const at = where(cell), words = say("pictures.caption", { disc: named("discs", disc), code: code ?? say("page.none"), label: named("labels", at.label) });
            return make("li", { class: `k${page.labels.indexOf(at.label)}` }, make("img", { src: `data:image/jpeg;base64,${data}`, alt: say("pictures.alt", { hospital: name, caption: words }) }), words);
          })));
        }
      }
      box.replaceChildren(...parts);
    });
  }

  function columns() {
    const find = (name) => page.columns.find((column) => column.name === name);
    const grey = section("intensity", say("intensity.head"), say("intensity.about", { looked: told(page.looked), slices: told(slices(Object.keys(page.cells))) }));
    const first = make("div", { class: "figures" });
    grey.append(first);
    for (const name of ["source_min", "source_max", "mean_grey"]) columnFigure(first, find(name));
    figure(first, "greys", say("intensity.title"), () => {
      const bins = Object.values(page.greys)[0].length, edges = Array.from({ length: bins + 1 }, (_, place) => place / bins);
      const rows = homes().map((name) => [name, edges.slice(1).map((_, place) => add(within(name, "hospital").map((cell) => page.greys[cell]?.[place] ?? 0)))]);
      return { picture: ridges(say("intensity.picture"), edges, rows), head: [say("kinds.hospital"), ...edges.slice(0, -1).map((edge) => say("page.from", { edge: told(edge) }))], rows: rows.map(([name, counted]) => [name, ...counted]) };
    });
    const taken = section("acquisition", say("acquisition.head"), say("acquisition.about"));
    const second = make("div", { class: "figures" });
    taken.append(second);
    for (const name of ["pixel_row_mm", "pixel_col_mm", "slice_thickness_mm", "tilt_deg", "echo_time_ms", "repetition_time_ms", "field_strength_t"]) columnFigure(second, find(name));
    wordFigure(taken, page.words[0]);
    const people = section("people", say("people.head"), say("people.about"));
    const third = make("div", { class: "figures" });
    people.append(third);
    for (const name of ["age", "canal_width_mm"]) columnFigure(third, find(name));
    wordFigure(people, page.words[1]);
  }

  function wordFigure(into, column) {
    figure(into, column.name, say(`columns.${column.name}`), () => ({
      head: [say("kinds.hospital"), ...column.words.map((word) => named("page", word))],
      rows: homes().map((name) => [name, ...column.words.map((_, place) => add(within(name, "hospital").map((cell) => column.cells[cell]?.[place] ?? 0)))]),
    }));
  }

  function drift() {
    if (!page.apart) return;
    const made = section("drift", say("drift.head"), say("drift.about"));
    for (const [place, name] of [[2, "variation"], [3, "smirnov"]])
      figure(made, name, say(`drift.${name}`), () => {
        const rows = [...new Set(page.apart.distances.map((row) => row[1]))].map((what) => [say(`columns.${what}`), ...homes().map((home) => page.apart.distances.find((row) => row[0] === home && row[1] === what)[place])]);
        return { head: [say("drift.what"), ...homes()], rows: rows.filter((row) => row.slice(1).some((value) => value !== null)) };
      });
    const said = page.apart.told;
    made.append(make("p", { id: "told" }, said
      ? say("drift.told", { accuracy: percent(said.accuracy, 1), patients: told(said.patients), low: percent(said.low, 1), high: percent(said.high, 1), largest: percent(said.largest, 1) })
      : say("drift.untold")));
    if (said) figure(made, "apart", say("drift.right"), () => ({ head: [say("kinds.hospital"), say("drift.share")], rows: Object.entries(said.right) }));
  }

  function warnings() {
    const made = section("people-apart", say("warnings.head"));
    const group = page.groups;
    made.append(make("p", { id: "groups" }, say("warnings.smallest", { patients: say(group.patients === 1 ? "warnings.patient" : "warnings.patients", { count: told(group.patients) }), names: group.names.map((name) => named("page", name)).join(", ") })));
    if (group.small) made.append(make("p", { class: "warning" }, say("warnings.small", { small: told(group.small), groups: told(group.groups), limit: page.small })));
    if (page.notices.length) made.append(make("ul", {}, ...page.notices.map(([name, sentence]) => make("li", {}, `${name}: ${sentence}`))));
    else made.append(make("p", {}, say("warnings.fits")));
    figure(made, "identity", say("warnings.identity"), () => ({ head: [say("kinds.hospital"), say("warnings.told_by")], rows: Object.entries(page.identity).filter(([name]) => chosen.hospital.has(name)).map(([name, source]) => [name, named("sources", source)]) }));
    if (page.flags.length) figure(made, "flags", say("warnings.flags"), () => ({ head: [say("warnings.flag"), say("warnings.slices"), say("files.means"), say("files.do")], rows: page.flags.map(([flag, means, todo, by]) => [flag, add(cells().map((cell) => by[cell] ?? 0)), means, todo]) }));
  }

  function changes() {
    if (!page.changes) return;
    const found = page.changes;
    const made = section("changes", say("changes.head", { old: found.old }), say("changes.about", { counts: Object.entries(found.counts).map(([change, count]) => say("changes.count", { count: told(count), change: say(`changes.${change}`) })).join(", "), slices: told(found.slices) }));
    figure(made, "changed-slices", say("changes.slices"), () => ({ head: [say("kinds.hospital"), say("changes.change"), say("changes.cause"), say("counts.slices")], rows: found.rows.filter(([name]) => chosen.hospital.has(name)).map(([name, change, cause, count]) => [name, say(`changes.${change}`), named("causes", cause), count]) }));
    figure(made, "changed-files", say("changes.files"), () => ({ head: [say("files.kind"), say("changes.before"), say("changes.after"), say("files.files")], rows: found.files.map(([kind, before, after, files]) => [named("file_kinds", kind), named("states", before), named("states", after), files]) }));
  }

  function protocol() {
    if (!page.protocol) return;
    const made = section("protocol", say("protocol.head"), say(page.protocol.length ? "protocol.about" : "protocol.kept"));
    if (page.protocol.length) figure(made, "protocol-beyond", say("protocol.beyond"), () => ({ head: [say("kinds.hospital"), say("protocol.column"), say("counts.slices"), say("protocol.outside"), say("protocol.missing"), say("protocol.expected"), say("protocol.found")], rows: page.protocol.filter(([name]) => chosen.hospital.has(name)) }));
  }

  function origin() {
    const made = section("origin", say("origin.head"));
    made.append(make("dl", { class: "plain" }, ...Object.entries(page.ids).flatMap(([name, value]) => [make("dt", {}, say(`origin.${name}`)), make("dd", {}, value)])));
    made.append(make("details", {}, make("summary", {}, say("origin.whole")), make("pre", { tabindex: 0, role: "region", "aria-label": say("origin.json") }, page.recipe)));
  }

  /* ---- the choice ---- */

  function choice() {
    const sets = document.querySelector("#filter .sets");
    for (const [kind, names] of Object.entries(used)) {
      const set = make("fieldset", {}, make("legend", {}, say(`kinds.${kind}`)));
      for (const name of names) {
        const box = make("input", { type: "checkbox", name: kind, value: name });
        box.checked = true;
        box.addEventListener("change", () => { chosen[kind][box.checked ? "add" : "delete"](name); redraw(); });
        set.append(make("label", {}, box, ` ${named(`${kind}s`, name)}`));
      }
      sets.append(set);
    }
    document.getElementById("all").addEventListener("click", () => {
      for (const box of sets.querySelectorAll("input")) { box.checked = true; chosen[box.name].add(box.value); }
      redraw();
    });
    document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
    if (isNarrow) document.getElementById("choices").open = false;
  }

  document.title = document.querySelector("h1").textContent = say("page.title", { id: page.dataset_id });
  choice();
  for (const each of [headline, flow, pictures, columns, drift, warnings, changes, protocol, origin]) each();
  redraw();
  document.body.dataset.ready = "yes";
})();
