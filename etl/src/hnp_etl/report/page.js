"use strict";
(() => {
  const page = JSON.parse(document.getElementById("content").textContent);
  const { make, draw, told, figure, section, redrawn, redraw } = pageParts({});
  const perHospital = page.discs.length * page.labels.length;
  const used = { hospital: hospitals(), disc: present("disc"), label: present("label") };
  const chosen = { hospital: new Set(used.hospital), disc: new Set(used.disc), label: new Set(used.label) };

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
    return make("p", { class: "key" }, ...used.label.map((name) => make("span", { class: `k${page.labels.indexOf(name)}` }, name)));
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
    const unit = column.unit ? `, ${column.unit}` : "";
    const banded = column.band === null ? "" : ` (bands of ${column.band})`;
    figure(into, column.name, `${column.title}${unit}${banded}`, () => {
      const rows = homes().map((name) => [name, summed(column, within(name, "hospital"))]);
      const everywhere = ["all", summed(column, cells())];
      const picture = ridges(`${column.title}${unit} by hospital; the numbers stand below`, column.edges, rows.map(([name, one]) => [name, one.bins]));
      const head = ["hospital", "known", "missing", "mean", "SD", "least", "greatest", ...column.edges.slice(0, -1).map((edge) => `from ${told(edge)}`)];
      return { picture, head, rows: [...rows, everywhere].map(([name, one]) => [name, one.known, one.missing, one.mean, one.sd, one.least, one.most, ...one.bins]) };
    });
  }

  /* ---- the sections ---- */

  function headline() {
    const made = section("counts", "What is in it");
    const cards = make("dl", { class: "cards" });
    made.append(cards);
    redrawn.push(() => {
      const those = cells(), ill = those.filter((cell) => where(cell).label === "herniated");
      const facts = [
        ["slices", slices(those)], ["patients", owners(page.patients, counts)], ["studies", owners(page.studies, counts)],
        ["hospitals", new Set(those.map((cell) => where(cell).hospital)).size],
        ["herniated slices", slices(ill)], ["patients with herniation", owners(page.patients, (cell) => counts(cell) && where(cell).label === "herniated")],
      ];
      cards.replaceChildren(...facts.map(([name, count]) => make("div", {}, make("dt", {}, name), make("dd", { "data-count": name }, told(count)))));
      const whole = slices(Object.keys(page.cells));
      document.getElementById("counted").textContent = `${told(facts[0][1])} of ${told(whole)} slices, ${told(facts[1][1])} patients, ${told(facts[2][1])} studies`;
    });
    const flat = (kind) => used[kind].filter((name) => chosen[kind].has(name)).map((name) => {
      const those = within(name, kind), parts = page.labels.map((label) => slices(those.filter((cell) => where(cell).label === label)));
      return [name, parts, owners(page.patients, (cell) => those.includes(cell))];
    });
    for (const [kind, title] of [["disc", "Class balance by disc"], ["hospital", "Class balance by hospital"]])
      figure(made, `balance-${kind}`, title, () => {
        const rows = flat(kind);
        return {
          picture: bars(`${title}, slices; the numbers stand below`, rows.map(([name, parts]) => [name, parts, `${told(add(parts))}, ${percent(parts[1], parts[0] + parts[1])} herniated`])),
          key: labelKey(),
          head: [kind, ...page.labels, "slices", "patients"],
          rows: rows.map(([name, parts, people]) => [name, ...parts, add(parts), people]),
        };
      });
  }

  const GATES = { met: "met", readable_mr: "readable MR images", lumbar: "of the lumbar spine", axial: "axial", t2: "T2-weighted", labelled: "with a label", at_a_disc: "at a disc", decoded: "decoded", accepted: "accepted" };

  function flow() {
    const made = section("flow", "From files to slices", "Images, studies and patients left after each gate (a STROBE flow); the choice of hospitals counts here. Patients only where patient values tell persons apart.");
    if (!Object.keys(page.flow).length) made.append(make("p", {}, "The data set does not tell its flow: it was built by an earlier version."));
    else figure(made, "flow", "Left after each gate", () => {
      const names = Object.keys(page.flow).filter((name) => chosen.hospital.has(name));
      const rows = Object.entries(GATES).map(([gate, words]) => {
        const lefts = names.map((name) => page.flow[name][gate]);
        const people = lefts.some((left) => left.patients === null) ? null : add(lefts.map((left) => left.patients));
        return [words, add(lefts.map((left) => left.files)), add(lefts.map((left) => left.studies)), people];
      });
      const lost = rows.map(([, files], place) => (place ? rows[place - 1][1] - files : 0));
      return {
        picture: bars("Images left after each gate; the numbers stand below", rows.map(([words, files], place) => [words, [files], `${told(files)}${lost[place] ? `  (${told(lost[place])} out)` : ""}`])),
        head: ["gate", "images", "out at it", "studies", "patients"],
        rows: rows.map(([words, files, studies, people], place) => [words, files, lost[place], studies, people]),
      };
    });
    const here = () => page.files.filter(([name]) => chosen.hospital.has(name));
    figure(made, "states", "What became of every file met", () => {
      const states = ["accepted", "used", "filtered", "rejected", "ignored"];
      const rows = [...new Set(here().map((row) => row[0]))].map((name) => {
        const parts = states.map((state) => add(here().filter((row) => row[0] === name && row[2] === state).map((row) => row[4])));
        return [name, ...parts, add(parts)];
      });
      const sums = ["all", ...[...states, "files"].map((_, place) => add(rows.map((row) => row[place + 1])))];
      return { head: ["hospital", ...states, "files"], rows: [...rows, sums] };
    });
    figure(made, "reasons", "Files that are not in, by reason, and what to do", () => {
      const by = new Map();
      for (const [name, kind, state, reason, count] of here()) if (reason) {
        const key = [reason, kind, state].join("|");
        by.set(key, [reason, kind, state, (by.get(key)?.[3] ?? 0) + count, new Set([...(by.get(key)?.[4] ?? []), name])]);
      }
      const rows = [...by.values()].sort((one, two) => two[3] - one[3]).map(([reason, kind, state, count, names]) => {
        const said = page.reasons[reason] ?? { means: "", do: "", in_if: "" };
        return [reason, kind, state, count, [...names].join(", "), said.means, said.do, said.in_if ? `in if ${said.in_if}` : ""];
      });
      return { head: ["reason", "kind", "state", "files", "hospitals", "means", "what to do", "would be in"], rows };
    });
  }

  function pictures() {
    const made = section("pictures", "Pictures", "Slices chosen evenly from every hospital, disc and label. The line below a picture is blue for normal, orange for herniated, grey without a label.");
    const box = make("div");
    made.append(labelKey(), box);
    redrawn.push(() => {
      const parts = [];
      for (const name of homes()) {
        parts.push(make("h3", {}, name));
        for (const disc of page.discs) {
          const those = page.pictures.filter(([cell]) => counts(cell) && where(cell).hospital === name && where(cell).disc === disc).sort((one, two) => one[0] - two[0]);
          if (!those.length) continue;
          parts.push(make("ul", { class: "pictures", "aria-label": `${name}, ${disc}` }, ...those.map(([cell, code, data]) => {
            const at = where(cell), words = `${disc}, code ${code ?? "none"}, ${at.label}`;
            return make("li", { class: `k${page.labels.indexOf(at.label)}` }, make("img", { src: `data:image/jpeg;base64,${data}`, alt: `Axial slice, ${name}, ${words}` }), words);
          })));
        }
      }
      box.replaceChildren(...parts);
    });
  }

  function columns() {
    const find = (name) => page.columns.find((column) => column.name === name);
    const grey = section("intensity", "Grey values", `Before scaling: the least and greatest value of every slice. After it: pixels of ${told(page.looked)} slices of ${told(slices(Object.keys(page.cells)))}, chosen evenly. Every row is scaled by itself.`);
    const first = make("div", { class: "figures" });
    grey.append(first);
    for (const name of ["source_min", "source_max", "mean_grey"]) columnFigure(first, find(name));
    figure(first, "greys", "Stored pixels by grey, 0 black, 1 white", () => {
      const bins = Object.values(page.greys)[0].length, edges = Array.from({ length: bins + 1 }, (_, place) => place / bins);
      const rows = homes().map((name) => [name, edges.slice(1).map((_, place) => add(within(name, "hospital").map((cell) => page.greys[cell]?.[place] ?? 0)))]);
      return { picture: ridges("Stored pixels by grey and hospital; the numbers stand below", edges, rows), head: ["hospital", ...edges.slice(0, -1).map((edge) => `from ${told(edge)}`)], rows: rows.map(([name, counted]) => [name, ...counted]) };
    });
    const taken = section("acquisition", "How the pictures were taken", "Slices by hospital; every row is scaled by itself.");
    const second = make("div", { class: "figures" });
    taken.append(second);
    for (const name of ["pixel_row_mm", "pixel_col_mm", "slice_thickness_mm", "tilt_deg", "echo_time_ms", "repetition_time_ms", "field_strength_t"]) columnFigure(second, find(name));
    wordFigure(taken, page.words[0]);
    const people = section("people", "Who they are of", "Counted in slices: a patient of ten slices counts ten times.");
    const third = make("div", { class: "figures" });
    people.append(third);
    for (const name of ["age", "canal_width_mm"]) columnFigure(third, find(name));
    wordFigure(people, page.words[1]);
  }

  function wordFigure(into, column) {
    figure(into, column.name, column.title, () => ({
      head: ["hospital", ...column.words],
      rows: homes().map((name) => [name, ...column.words.map((_, place) => add(within(name, "hospital").map((cell) => column.cells[cell]?.[place] ?? 0)))]),
    }));
  }

  function drift() {
    if (!page.apart) return;
    const made = section("drift", "How far hospitals lie apart", "Each hospital against all others together, whole data set whatever is chosen above. Total variation: half the sum of differences of shares, 0 alike, 1 apart, missing values counted as one share. Kolmogorov-Smirnov: the largest difference of cumulative shares.");
    const title = (name) => page.columns.find((column) => column.name === name)?.title ?? name;
    for (const [place, name, words] of [[2, "variation", "Total variation of each hospital from the rest"], [3, "smirnov", "Kolmogorov-Smirnov distance of each hospital from the rest"]])
      figure(made, name, words, () => {
        const rows = [...new Set(page.apart.distances.map((row) => row[1]))].map((what) => [title(what), ...homes().map((home) => page.apart.distances.find((row) => row[0] === home && row[1] === what)[place])]);
        return { head: ["what", ...homes()], rows: rows.filter((row) => row.slice(1).some((value) => value !== null)) };
      });
    const said = page.apart.told;
    made.append(make("p", { id: "told" }, said
      ? `A linear classifier (ridge regression of the stored pixels' greys and texture, 5-fold cross-validated by patient) gives ${percent(said.accuracy, 1)} of ${told(said.patients)} patients to their hospital (95 % Wilson interval ${percent(said.low, 1)} to ${percent(said.high, 1)}); always naming the largest reaches ${percent(said.largest, 1)}. The more it tells them apart, the more a model can learn the hospital instead of the disc.`
      : "No classifier was tried: it needs two hospitals of at least 5 patients."));
    if (said) figure(made, "apart", "Patients given to their hospital", () => ({ head: ["hospital", "share"], rows: Object.entries(said.right) }));
  }

  function warnings() {
    const made = section("people-apart", "Who could be told apart, and who is one person");
    const group = page.groups;
    made.append(make("p", { id: "groups" }, `Smallest group of age band, sex, hospital and vendor: ${told(group.patients)} ${group.patients === 1 ? "patient" : "patients"} (${group.names.join(", ")}).`));
    if (group.small) made.append(make("p", { class: "warning" }, `Warning: ${told(group.small)} of ${told(group.groups)} groups have fewer than ${page.small} patients, who could be told apart.`));
    if (page.notices.length) made.append(make("ul", {}, ...page.notices.map(([name, sentence]) => make("li", {}, `${name}: ${sentence}`))));
    else made.append(make("p", {}, "Nothing did not fit when persons were joined."));
    figure(made, "identity", "What told patients", () => ({ head: ["hospital", "patients told by"], rows: Object.entries(page.identity).filter(([name]) => chosen.hospital.has(name)) }));
    if (page.flags.length) figure(made, "flags", "Flags of slices", () => ({ head: ["flag", "slices", "means", "what to do"], rows: page.flags.map(([flag, means, todo, by]) => [flag, add(cells().map((cell) => by[cell] ?? 0)), means, todo]) }));
  }

  function changes() {
    if (!page.changes) return;
    const found = page.changes;
    const made = section("changes", `What changed since ${found.old}`, `${Object.entries(found.counts).map(([change, count]) => `${told(count)} ${change}`).join(", ")} of ${told(found.slices)} slices.`);
    figure(made, "changed-slices", "Slices that differ", () => ({ head: ["hospital", "change", "cause", "slices"], rows: found.rows.filter(([name]) => chosen.hospital.has(name)) }));
    figure(made, "changed-files", "Files that came to another end", () => ({ head: ["kind", "before", "after", "files"], rows: found.files }));
  }

  function origin() {
    const made = section("origin", "How it was made");
    made.append(make("dl", { class: "plain" }, ...Object.entries(page.ids).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
    made.append(make("details", {}, make("summary", {}, "The whole recipe"), make("pre", { tabindex: 0, role: "region", "aria-label": "The recipe as JSON" }, page.recipe)));
  }

  /* ---- the choice ---- */

  function choice() {
    const sets = document.querySelector("#filter .sets");
    for (const [kind, names] of Object.entries(used)) {
      const set = make("fieldset", {}, make("legend", {}, kind));
      for (const name of names) {
        const box = make("input", { type: "checkbox", name: kind, value: name });
        box.checked = true;
        box.addEventListener("change", () => { chosen[kind][box.checked ? "add" : "delete"](name); redraw(); });
        set.append(make("label", {}, box, ` ${name}`));
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

  document.getElementById("name").textContent = page.dataset_id;
  document.title = `Report of data set ${page.dataset_id}`;
  choice();
  for (const each of [headline, flow, pictures, columns, drift, warnings, changes, origin]) each();
  redraw();
  document.body.dataset.ready = "yes";
})();
