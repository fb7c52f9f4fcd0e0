"use strict";
(() => {
  const page = JSON.parse(document.getElementById("content").textContent);
  const { say, make, draw, told, table, figure, section, redrawn, redraw } = pageParts(page.words);
  const UNITS = { slice: say("slice"), level: say("disc"), patient: say("patient") };
  const chosen = { unit: "level", runs: new Set(page.runs.map((run) => run.number)) };
  const several = page.runs.length > 1;
  const isNarrow = matchMedia("(max-width: 40rem)").matches;
  const shown = () => page.runs.filter((run) => chosen.runs.has(run.number));
  const figures = (run) => run.figures[chosen.unit];
  const METRICS = {
    auc: say("AUC: herniated ranked above not"), average_precision: say("average precision"), sensitivity: say("sensitivity: found of the herniated"),
    specificity: say("specificity: let pass of the others"), ppv: say("positive predictive value: right of those called"), npv: say("negative predictive value: right of those not called"),
    accuracy: say("accuracy"), f1: say("F1"), accuracy_05: say("accuracy at 0.5"), f1_05: say("F1 at 0.5"), brier: say("Brier score, 0 is best"),
    calibration_slope: say("calibration slope, 1 is right"), calibration_intercept: say("calibration intercept, 0 is right"),
  };
  const COUNTS = { n_patients: say("patients"), n_levels: say("discs"), n_slices: say("slices"), n_positive: say("herniated, of what is counted"), prevalence: say("share herniated"), threshold: say("threshold of the run") };
  const GROUPS = { hospital: say("hospital"), level: say("disc"), sex: say("sex"), age_band: say("age"), vendor: say("maker") };
  const interval = (one, digits = 3) => one.value === null ? "–" : one.low === null ? one.value.toFixed(digits) : `${one.value.toFixed(digits)} (${one.low.toFixed(digits)}–${one.high.toFixed(digits)})`;
  const three = (one) => [one?.value ?? null, one?.low ?? null, one?.high ?? null];
  const ends = [say("low"), say("high")];
  const FEW = say("Too few patients: under 10 in a class.");

  /* ---- drawing ---- */

  function svg(width, height, says) {
    return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says });
  }

  function ticks([low, high]) {
    const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999);
    const found = [];
    for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-6; at += step) found.push(Math.round(at * 1e9) / 1e9 || 0); /* -0 is 0 */
    return found;
  }

  /* series: of a class: points [x, y], band [x, low, high], dots [x, y, hollow]; dashed */
  function plot({ says, x, y, xRange = [0, 1], yRange = [0, 1], series, diagonal, level }) {
    const wide = isNarrow ? 360 : 460, tall = isNarrow ? 320 : 380, left = 52, right = 12, top = 10, bottom = 44;
    const made = svg(wide, tall, says);
    made.setAttribute("class", "plot");
    const across = (value) => left + ((wide - left - right) * (value - xRange[0])) / (xRange[1] - xRange[0]);
    const up = (value) => tall - bottom - ((tall - bottom - top) * (Math.min(Math.max(value, yRange[0]), yRange[1]) - yRange[0])) / (yRange[1] - yRange[0]);
    for (const at of ticks(xRange)) made.append(draw("line", { class: "grid", x1: across(at), x2: across(at), y1: top, y2: tall - bottom }), draw("text", { x: across(at), y: tall - bottom + 16, "text-anchor": "middle" }, told(at)));
    for (const at of ticks(yRange)) made.append(draw("line", { class: "grid", x1: left, x2: wide - right, y1: up(at), y2: up(at) }), draw("text", { x: left - 6, y: up(at) + 4, "text-anchor": "end" }, told(at)));
    made.append(draw("text", { x: (left + wide - right) / 2, y: tall - 6, "text-anchor": "middle" }, x));
    made.append(draw("text", { x: 14, y: (top + tall - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(top + tall - bottom) / 2})` }, y));
    if (diagonal) made.append(draw("line", { class: "chance", x1: across(0), y1: up(0), x2: across(1), y2: up(1) }));
    if (level !== undefined) made.append(draw("line", { class: "chance", x1: left, x2: wide - right, y1: up(level), y2: up(level) }));
    for (const one of series) if (one.band?.length) {
      const upper = one.band.map(([at, , high]) => `${across(at)},${up(high)}`), lower = [...one.band].reverse().map(([at, low]) => `${across(at)},${up(low)}`);
      made.append(draw("polygon", { class: `band ${one.class}`, points: [...upper, ...lower].join(" ") }));
    }
    for (const one of series) {
      if (one.points?.length) made.append(draw("polyline", { class: `curve ${one.class}${one.dashed ? " dashed" : ""}`, points: one.points.map(([at, value]) => `${across(at)},${up(value)}`).join(" ") }));
      for (const [at, value, hollow] of one.dots ?? []) made.append(draw("circle", { class: `dot ${one.class}${hollow ? " hollow" : ""}`, cx: across(at), cy: up(value), r: 4.5 }));
    }
    return made;
  }

  /* rows: name, {value, low, high}, class, why there is no value; heads stand alone. One scale for all. */
  function forest(says, rows, line) {
    const known = rows.filter(([, one]) => one && one.value !== null);
    const floor = Math.min(0.5, ...known.map(([, one]) => one.low ?? one.value)), low = Math.max(0, Math.floor(floor * 10) / 10);
    const high = Math.max(1, ...known.map(([, one]) => one.high ?? one.value));
    const wide = isNarrow ? 380 : 680, start = isNarrow ? 118 : 220, end = wide - (isNarrow ? 118 : 150), step = 24, made = svg(wide, rows.length * step + 30, says);
    const across = (value) => start + ((end - start) * (value - low)) / (high - low);
    for (const at of ticks([low, high])) made.append(draw("line", { class: "grid", x1: across(at), x2: across(at), y1: 0, y2: rows.length * step + 6 }), draw("text", { x: across(at), y: rows.length * step + 22, "text-anchor": "middle" }, told(at)));
    if (line !== undefined && line !== null) made.append(draw("line", { class: "chance", x1: across(line), x2: across(line), y1: 0, y2: rows.length * step + 6 }));
    rows.forEach(([name, one, kind, lacking], place) => {
      const middle = place * step + 14, most = isNarrow ? 17 : 30, short = name.length > most ? `${name.slice(0, most - 1)}…` : name;
      made.append(draw("text", { x: one ? 8 : 0, y: middle + 4, ...(one ? {} : { class: "head" }) }, short));
      if (!one) return;
      if (one.value === null) { made.append(draw("text", { x: end + 10, y: middle + 4 }, lacking ?? say("too few"))); return; }
      if (one.low !== null) made.append(draw("line", { class: `whisker ${kind}`, x1: across(one.low), x2: across(one.high), y1: middle, y2: middle }));
      made.append(draw("circle", { class: `dot ${kind}`, cx: across(one.value), cy: middle, r: 5 }));
      made.append(draw("text", { x: end + 10, y: middle + 4 }, interval(one, 2)));
    });
    return made;
  }

  const colour = (run) => `r${run.number}`;
  function key(entries) {
    return make("p", { class: "key" }, ...entries.map(([kind, words]) => make("span", { class: kind }, words)));
  }
  const runKey = (words = (run) => run.name) => key(shown().map((run) => [colour(run), words(run)]));
  const nothing = (head) => ({ head, rows: [], note: FEW });
  const named = (run, row) => (several ? [run.name, ...row] : row);
  const heads = (...names) => (several ? [say("model"), ...names] : names);

  /* ---- the sections ---- */

  function short() {
    const made = section("short", say("In short"));
    for (const one of page.verdicts) made.append(make("p", { class: "verdict" }, one));
    for (const run of page.runs) {
      const box = make("article", { "aria-label": run.name, class: colour(run) });
      box.append(make("h3", {}, `${run.name}: ${run.model}`));
      for (const warning of run.warnings) box.append(make("p", { class: "warning" }, warning));
      const disc = run.figures.level, hospitals = Object.values(run.by.hospital);
      const cards = [[say("AUC by disc"), interval(disc.auc, 2)], [say("herniated discs found"), interval(disc.sensitivity, 2)], [say("others called herniated"), turned(disc.specificity)], [say("patients"), told(disc.n_patients)], [say("hospitals"), told(hospitals.length)]];
      box.append(make("dl", { class: "cards" }, ...cards.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", { "data-count": name }, value)))));
      box.append(make("ul", {}, ...run.short.map((sentence) => make("li", {}, sentence))));
      if (run.remarks.length) box.append(make("details", {}, make("summary", {}, say("Remarks of the evaluation ({0})", run.remarks.length)), make("ul", { lang: "en" }, ...run.remarks.map((each) => make("li", {}, each)))));
      made.append(box);
    }
  }

  function turned(one) {
    if (one.value === null) return "–";
    return interval({ value: 1 - one.value, low: one.high === null ? null : 1 - one.high, high: one.low === null ? null : 1 - one.low }, 2);
  }

  function telling() {
    const made = section("telling", say("How well it tells herniated discs"), say("Bands hold 95 % of the curves of resampled patients, at each place by itself. Dots stand at the threshold of each model; the grey line is what guessing does."));
    const both = make("div", { class: "figures" });
    made.append(both);
    figure(both, "roc", say("ROC curve"), () => {
      const head = heads(say("1 - specificity"), say("sensitivity"), ...ends);
      const runs = shown().filter((run) => run.curves[chosen.unit]);
      if (!runs.length) return nothing(head);
      const series = runs.map((run) => ({ class: colour(run), points: run.curves[chosen.unit].roc.points, band: run.curves[chosen.unit].roc.band.map(([at, , low, high]) => [at, low, high]), dots: [[1 - figures(run).specificity.value, figures(run).sensitivity.value]] }));
      return {
        picture: plot({ says: say("ROC curve; the numbers stand below"), x: say("1 - specificity: called, of the others"), y: say("sensitivity: found, of the herniated"), series, diagonal: true }),
        key: runKey((run) => `${run.name}: AUC ${interval(figures(run).auc)}`),
        head, rows: runs.flatMap((run) => run.curves[chosen.unit].roc.band.map((row) => named(run, row))),
      };
    });
    figure(both, "precision-recall", say("Precision and recall"), () => {
      const head = heads(say("recall (sensitivity)"), say("precision"), ...ends);
      const runs = shown().filter((run) => run.curves[chosen.unit]);
      if (!runs.length) return nothing(head);
      const series = runs.map((run) => ({ class: colour(run), points: run.curves[chosen.unit].pr.points, band: run.curves[chosen.unit].pr.band.map(([at, , low, high]) => [at, low, high]), dots: figures(run).ppv.value === null ? [] : [[figures(run).sensitivity.value, figures(run).ppv.value]] }));
      return {
        picture: plot({ says: say("Precision and recall; the numbers stand below"), x: say("recall: found, of the herniated"), y: say("precision: right, of those called"), series, level: figures(runs[0]).prevalence }),
        key: runKey((run) => `${run.name}: ${say("average precision")} ${interval(figures(run).average_precision)}`),
        head, rows: runs.flatMap((run) => run.curves[chosen.unit].pr.band.map((row) => named(run, row))),
      };
    });
    figure(made, "figures", say("All figures, with 95 % intervals between patients"), () => {
      const runs = shown();
      const columns = runs.flatMap((run) => (several ? [run.name, `${run.name} ${ends[0]}`, `${run.name} ${ends[1]}`] : [say("value"), ...ends]));
      const counts = Object.entries(COUNTS).map(([name, words]) => [words, name, ...runs.flatMap((run) => [figures(run)[name], null, null])]);
      return { head: [say("figure"), say("name in files"), ...columns], rows: [...Object.entries(METRICS).map(([name, words]) => [words, name, ...runs.flatMap((run) => three(figures(run)[name]))]), ...counts] };
    });
  }

  const SHARES = [
    ["sensitivity", say("sensitivity: found of the herniated"), ({ found, missed }) => found / (found + missed)],
    ["specificity", say("specificity: let pass of the others"), ({ alarms, passed }) => passed / (alarms + passed)],
    ["ppv", say("positive predictive value: right of those called"), ({ found, alarms }) => found / (found + alarms)],
    ["npv", say("negative predictive value: right of those not called"), ({ missed, passed }) => passed / (missed + passed)],
    ["accuracy", say("accuracy"), ({ found, missed, alarms, passed }) => (found + passed) / (found + missed + alarms + passed)],
    ["f1", say("F1"), ({ found, missed, alarms }) => (2 * found) / (2 * found + missed + alarms)],
    ["screened_per_found", say("looked at for each one found"), ({ found, missed, alarms, passed }) => (found + missed + alarms + passed) / found],
    ["called_per_found", say("called for each one found"), ({ found, alarms }) => (found + alarms) / found],
  ];

  function counted(row) {
    const [threshold, found, missed, alarms, passed, ...bounds] = row;
    const counts = { found, missed, alarms, passed };
    const shares = SHARES.map(([name, words, of], place) => {
      const value = of(counts);
      const [low, high] = place < 4 ? bounds.slice(2 * place, 2 * place + 2) : [null, null];
      return [name, words, Number.isFinite(value) ? value : null, low, high];
    });
    return { threshold, ...counts, shares };
  }

  function thresholds() {
    const made = section("thresholds", say("What comes of a threshold"), say("Whoever has at least this probability is called herniated. Move the threshold: the page counts anew. Probabilities are the model's own, before calibration; intervals are 95 %, between patients."));
    const at = { run: page.runs[0].number, place: {} };
    const run = () => page.runs[at.run], those = () => run().counts[chosen.unit];
    const where = () => at.place[`${at.run} ${chosen.unit}`] ?? those().own;
    const slider = make("input", { type: "range", id: "threshold", min: 0, step: 1 });
    const output = make("output", { id: "threshold-value", for: "threshold" });
    const put = (place) => { at.place[`${at.run} ${chosen.unit}`] = place; redraw(); };
    slider.addEventListener("input", () => put(Number(slider.value)));
    const buttons = [[say("threshold of the run"), "own"], [say("0.5"), "half"], [say("threshold aimed at"), "aimed"]].map(([words, name]) => {
      const button = make("button", { type: "button", "data-to": name }, words);
      button.addEventListener("click", () => put(those()[name]));
      return button;
    });
    const box = make("div", { class: "knobs" });
    if (several) {
      const pick = make("select", { id: "threshold-run" }, ...page.runs.map((each) => make("option", { value: each.number }, each.name)));
      pick.addEventListener("change", () => { at.run = Number(pick.value); redraw(); });
      box.append(make("label", { for: "threshold-run" }, say("model")), pick);
    }
    box.append(make("label", { for: "threshold" }, say("Threshold"), " ", output), slider, make("p", {}, ...buttons));
    const sentence = make("p", { id: "threshold-says", role: "status" });
    made.append(box, sentence);
    redrawn.push(() => {
      const now = counted(those().rows[where()]);
      slider.max = those().rows.length - 1;
      slider.value = where();
      output.textContent = now.threshold.toFixed(4);
      slider.setAttribute("aria-valuetext", now.threshold.toFixed(4));
      buttons[2].hidden = those().aimed === null;
      sentence.textContent = say("From {0} on: of {1} herniated, {2} found and {3} missed; of {4} others, {5} called herniated.", now.threshold.toFixed(3), told(now.found + now.missed), told(now.found), told(now.missed), told(now.alarms + now.passed), told(now.alarms));
    });
    const both = make("div", { class: "figures" });
    made.append(both);
    figure(both, "confusion", say("Counts at this threshold"), () => {
      const { found, missed, alarms, passed } = counted(those().rows[where()]);
      return { head: [say("by label"), say("called herniated"), say("not called"), say("all")], rows: [[say("herniated"), found, missed, found + missed], [say("not herniated"), alarms, passed, alarms + passed], [say("all"), found + alarms, missed + passed, found + missed + alarms + passed]] };
    });
    figure(both, "shares", say("Shares at this threshold"), () => ({ head: [say("figure"), say("name in files"), say("value"), ...ends], rows: counted(those().rows[where()]).shares.map(([name, words, ...numbers]) => [words, name, ...numbers]) }));
    const more = make("details", {}, make("summary", {}, say("All thresholds of the slider")));
    made.append(more);
    figure(more, "all-thresholds", say("Counts at each threshold"), () => ({ most: 40, head: [say("threshold"), say("found"), say("missed"), say("called wrongly"), say("let pass"), say("sensitivity"), say("specificity")], rows: those().rows.map((row) => { const now = counted(row); return [now.threshold, now.found, now.missed, now.alarms, now.passed, now.shares[0][2], now.shares[1][2]]; }) }));
  }

  function calibration() {
    const made = section("calibration", say("Can its probabilities be believed?"), say("Where a point lies on the grey line, as many are herniated as the model says. Solid: calibrated on val; dashed: as predicted. Hollow: under 10 rows."));
    figure(made, "reliability", say("Predicted and seen"), () => {
      const head = heads(say("kind"), say("bin"), say("rows"), say("mean probability"), say("share herniated"));
      const runs = shown().filter((run) => run.bins[chosen.unit]);
      if (!runs.length) return nothing(head);
      const kinds = { before: say("as predicted"), after: say("calibrated") };
      const told_ = runs.flatMap((run) => Object.keys(kinds).filter((kind) => run.bins[chosen.unit][kind]).map((kind) => [run, kind, run.bins[chosen.unit][kind]]));
      return {
        picture: plot({ says: say("Predicted and seen; the numbers stand below"), x: say("probability"), y: say("share herniated"), diagonal: true, series: told_.map(([run, kind, bins]) => ({ class: colour(run), dashed: kind === "before", points: bins.map(([, , predicted, seen]) => [predicted, seen]), dots: bins.map(([, rows, predicted, seen]) => [predicted, seen, rows < 10]) })) }),
        key: runKey(),
        head, rows: told_.flatMap(([run, kind, bins]) => bins.map((row) => named(run, [kinds[kind], ...row]))),
      };
    });
    figure(made, "calibration-figures", say("Calibration before and after"), () => {
      const rows = shown().flatMap((run) => {
        const one = run.calibration?.[chosen.unit];
        return one ? [["-", one.before], [one.method, one.after]].map(([method, which]) => named(run, [method, ...["brier", "calibration_slope", "ece"].flatMap((name) => three(which[name]))])) : [];
      });
      const columns = [["brier", say("Brier score")], ["slope", say("slope")], ["ece", say("calibration error (ECE)")]].flatMap(([, words]) => [words, `${words} ${ends[0]}`, `${words} ${ends[1]}`]);
      return { head: heads(say("calibrated by"), ...columns), rows, note: rows.length ? undefined : say("Not told: calibration was chosen on this part.") };
    });
  }

  function decisions() {
    const made = section("decisions", say("Is it worth acting on?"), say("Net benefit: what is found, less the false alarms at the price that the threshold puts on them (Vickers and Elkin 2006). Acting on nobody is worth 0. Somebody who acts from 0.2 on takes four false alarms for one found."));
    figure(made, "decision-curve", say("Decision curve"), () => {
      const head = heads(say("threshold"), say("net benefit"), ...ends, say("acting on all"));
      const runs = shown().filter((run) => run.decisions?.[chosen.unit]?.decision_curve);
      if (!runs.length) return { head, rows: [], note: chosen.unit === "slice" ? say("Nobody acts on a slice: choose discs or patients.") : say("Too few patients, or calibrated on this part.") };
      const of = (run) => run.decisions[chosen.unit].decision_curve;
      const all = of(runs[0]).threshold.map((at, place) => [at, of(runs[0]).all[place]]);
      const top = Math.max(...runs.flatMap((run) => of(run).net_benefit_high), all[0][1]);
      const series = [{ class: "chance-curve", points: all, dashed: true }, ...runs.map((run) => ({ class: colour(run), points: of(run).threshold.map((at, place) => [at, of(run).net_benefit[place]]), band: of(run).threshold.map((at, place) => [at, of(run).net_benefit_low[place], of(run).net_benefit_high[place]]) }))];
      return {
        picture: plot({ says: say("Decision curve; the numbers stand below"), x: say("calibrated probability from which on somebody acts"), y: say("net benefit"), yRange: [-0.25 * top, 1.1 * top], series, level: 0 }),
        key: key([...shown().map((run) => [colour(run), run.name]), ["chance-curve", say("acting on all")]]),
        head, rows: runs.flatMap((run) => of(run).threshold.map((at, place) => named(run, [at, of(run).net_benefit[place], of(run).net_benefit_low[place], of(run).net_benefit_high[place], of(run).all[place]]))),
      };
    });
  }

  function groups() {
    const made = section("groups", say("For whom does it do worse?"), say("AUC by slice of each group, with 95 % intervals. Many groups are looked at: one lies low by luck soon."));
    figure(made, "subgroups", say("AUC of subgroups"), () => {
      const runs = shown(), rows = [], cells = [];
      for (const [kind, words] of Object.entries(GROUPS)) {
        const names = [...new Set(runs.flatMap((run) => Object.keys(run.by[kind] ?? {})))];
        if (names.length) rows.push([words, null]);
        for (const name of names) for (const run of runs) {
          const one = run.by[kind]?.[name], few = runs.every((each) => (each.by[kind]?.[name]?.auc.value ?? null) === null);
          if (!one) continue;
          if (!few || run === runs[0]) rows.push([several && !few ? `${name}, ${run.name}` : `${name} (${told(one.n_patients)})`, one.auc, colour(run)]);
          cells.push(named(run, [words, name, one.n_patients, one.n_slices, one.prevalence, ...["auc", "sensitivity", "specificity", "brier"].flatMap((metric) => three(one[metric]))]));
        }
      }
      const columns = ["AUC", say("sensitivity"), say("specificity"), say("Brier score")].flatMap((words) => [words, `${words} ${ends[0]}`, `${words} ${ends[1]}`]);
      return { picture: forest(say("AUC of subgroups; the numbers stand below"), rows, runs[0]?.figures.slice.auc.value), ...(several ? { key: runKey() } : {}), head: heads(say("by"), say("group"), say("patients"), say("slices"), say("share herniated"), ...columns), rows: cells };
    });
    const out = page.crossval;
    if (!out) { made.append(make("p", {}, say("No hospital was left out of the training here: hnp-train crossval on splits of --scheme hospital-out, and --crossval DIR, add that panel."))); return; }
    figure(made, "folds", out.hospital_out ? say("Each hospital left out of the training") : say("Folds of the cross-validation"), () => {
      const rows = Object.entries(out.folds).map(([name, fold]) => [`${name} (${told(fold.n_patients)})`, fold[chosen.unit].auc, "r0"]);
      const pooled = out.pooled[chosen.unit].auc;
      return {
        picture: forest(say("AUC of each fold; the numbers stand below"), [...rows, [say("mean (range)"), { value: pooled.mean, low: pooled.min, high: pooled.max }, "r4"]], pooled.mean),
        head: [say("fold"), say("patients"), "AUC", ...ends, say("sensitivity"), say("specificity")],
        rows: [...Object.entries(out.folds).map(([name, fold]) => [name, fold.n_patients, ...three(fold[chosen.unit].auc), fold[chosen.unit].sensitivity.value, fold[chosen.unit].specificity.value]), [say("mean (range)"), null, pooled.mean, pooled.min, pooled.max, null, null]],
        note: out.elsewhere ? say("These folds are of another data set, {0}.", out.dataset_id) : undefined,
      };
    });
  }

  function abstaining() {
    const made = section("abstaining", say("When may it say that it does not know?"), say("A patient is left to a reader when the prediction set (split-conformal, by class) is no single class. Where more are left, fewer errors should remain among the rest. By patient, whatever unit is chosen."));
    figure(made, "abstention", say("Left to a reader, and errors among the rest"), () => {
      const head = heads(say("error level"), say("share left to a reader"), ...ends, say("error among the rest"), ...ends);
      const runs = shown().filter((run) => run.abstention.length);
      if (!runs.length) return { head, rows: [], note: say("Not known: val has too few patients of a class, or training has used this part.") };
      const series = runs.map((run) => {
        const known = run.abstention.filter((row) => row[4] !== null).sort((one, two) => one[1] - two[1]);
        const own = run.referral?.error?.value != null ? [[run.referral.referred.value, run.referral.error.value]] : [];
        return { class: colour(run), points: known.map((row) => [row[1], row[4]]), band: known.map((row) => [row[1], row[5], row[6]]), dots: own };
      });
      return { picture: plot({ says: say("Errors by share left to a reader; the numbers stand below"), x: say("share left to a reader"), y: say("error among the rest"), yRange: [0, Math.max(0.1, ...series.flatMap((one) => one.band.map(([, , high]) => high)))], series }), key: runKey(), head, rows: runs.flatMap((run) => run.abstention.map((row) => named(run, row))) };
    });
  }

  function looking() {
    const made = section("looking", say("What does it look at?"));
    const those = page.runs.filter((run) => run.gallery);
    if (!those.length) { made.append(make("p", {}, say("No maps were given: hnp-train explain makes them, --explained DIR puts them here."))); return; }
    made.append(make("p", {}, say("The most confident of each kind: chosen, so no figure is about them. Each: what the network sees, Integrated Gradients and Grad-CAM over it; orange speaks for a herniation, blue against it.")));
    const kinds = { hits: say("Hits"), misses: say("Misses"), "false-alarms": say("False alarms"), called: say("Called herniated") };
    const panels = [say("picture"), "Integrated Gradients", "Grad-CAM"];
    for (const run of those) for (const [kind, words] of Object.entries(kinds)) {
      const cases = run.gallery.filter((one) => one.kind === kind);
      if (!cases.length) { if (kind !== "called") made.append(make("p", {}, several ? `${run.name}: ` : "", say("{0}: none.", words))); continue; }
      made.append(make("h3", {}, several ? `${run.name}: ${words}` : words));
      made.append(make("ul", { class: "cases" }, ...cases.map((one) => {
        const label = one.positive === null ? say("no label") : one.positive ? say("label herniated") : say("label not herniated");
        const says = `${one.level ?? say("no disc")}, ${one.hospital}: ${label}, ${say("probability {0}", one.probability.toFixed(3))}`;
        return make("li", {}, make("div", {}, ...one.panels.map((data, place) => make("img", { src: `data:image/jpeg;base64,${data}`, alt: `${panels[place]}: ${says}` }))), says);
      })));
    }
    figure(made, "gallery", say("Cases shown"), () => ({ head: heads(say("kind"), say("disc"), say("hospital"), say("label"), say("probability")), rows: those.flatMap((run) => run.gallery.map((one) => named(run, [kinds[one.kind], one.level, one.hospital, one.positive === null ? null : one.positive ? say("herniated") : say("not herniated"), one.probability]))) }));
  }

  function auditing() {
    const made = section("audit", say("Is there a shortcut?"));
    const found = page.audit;
    figure(made, "without", say("AUC by disc with an input taken away"), () => {
      const rows = shown().flatMap((run) => Object.entries(run.without ?? {}).map(([name, one]) => named(run, [name, ...three(one.auc)])));
      return { head: heads(say("taken away"), "AUC", ...ends), rows, note: rows.length ? undefined : say("Not told: the evaluation left it out.") };
    });
    if (!found) { made.append(make("p", {}, say("No audit was given: hnp-train audit --json looks for what tells the label without the disc, --audit FILE puts it here."))); return; }
    made.append(make("p", { class: found.found.length ? "warning" : "verdict" }, found.found.length ? say("The audit found {0}:", found.found.length) : say("The audit found no leak and no shortcut.")));
    if (found.found.length) made.append(make("ul", { lang: "en" }, ...found.found.map((each) => make("li", {}, each))));
    if (found.remarks.length) made.append(make("ul", { lang: "en" }, ...found.remarks.map((each) => make("li", {}, each))));
    figure(made, "suspects-of-audit", say("What tells the label without the disc"), () => ({
      picture: forest(say("AUC of suspects; the numbers stand below"), [[say("baseline: disc, age, sex, canal"), found.baseline, "r4"], ...Object.entries(found.suspects).map(([name, one]) => [name, one.auc, one.finding ? "r1" : "r0", say("the same for all")])], found.baseline.value),
      head: [say("suspect"), "AUC", ...ends, say("adds to the baseline"), ...ends, "p", say("verdict")],
      rows: [[say("baseline: disc, age, sex, canal"), ...three(found.baseline), null, null, null, null, ""], ...Object.entries(found.suspects).map(([name, one]) => [name, ...three(one.auc), ...three(one.adds), one.p_corrected, one.finding ? say("TELLS THE LABEL") : say("no finding")])],
    }));
    if (found.hospitals.length) figure(made, "hospitals-of-audit", say("Each hospital judged by simple models that the others teach"), () => ({ head: [say("hospital"), "AUC", ...ends, say("rest"), say("verdict")], rows: found.hospitals.map((one) => [one.name, ...three(one.auc), one.rest, one.finding ? say("FINDING") : say("no finding")]) }));
    figure(made, "leaks", say("In more than one part"), () => ({ head: [say("what"), say("count")], rows: Object.entries(found.leaks) }));
    if (found.run) made.append(make("p", {}, say("The model adds {0} AUC by disc over disc, age, sex and canal.", interval(found.run))));
  }

  function learning() {
    const made = section("learning", say("How it was trained"), say("Loss of train and val, and AUC by disc on val, after each pass over train. The dot is the epoch whose weights were kept: val has chosen it, so its figures are a little too good."));
    for (const run of page.runs) {
      if (!run.history.length) { made.append(make("p", {}, say("{0}: no history.", run.name))); continue; }
      if (several) made.append(make("h3", {}, run.name));
      const both = make("div", { class: "figures" });
      made.append(both);
      const seeds = [...new Set(run.history.map((row) => row.seed ?? ""))];
      const of = (seed, name) => run.history.filter((row) => (row.seed ?? "") === seed && Number.isFinite(Number(row[name])) && row[name] !== "").map((row) => [Number(row.epoch), Number(row[name]), row.best === "1"]);
      const kept = (points) => points.filter(([, , best]) => best).map(([at, value]) => [at, value]);
      for (const [name, title, columns] of [["loss", say("Loss"), [["train_loss", say("train"), "r0", false], ["val_loss", "val", "r1", true]]], ["auc", say("AUC by disc on val"), [["val_auc_level", "val", "r1", false]]]]) {
        figure(both, `learning-${name}-${run.number}`, several ? `${title}, ${run.name}` : title, () => {
          const series = columns.flatMap(([column, , kind, dashed]) => seeds.map((seed) => ({ class: kind, dashed, points: of(seed, column), dots: column === "train_loss" ? [] : kept(of(seed, column)) })));
          const values = series.flatMap((one) => one.points.map(([, value]) => value)), last = Math.max(...series.flatMap((one) => one.points.map(([at]) => at)));
          const span = name === "auc" ? [Math.min(0.5, ...values), 1] : [Math.min(0, ...values), Math.max(...values) * 1.05];
          return {
            picture: plot({ says: say("{0} by epoch; the numbers stand below", title), x: say("epoch"), y: title, xRange: [Math.min(1, last - 1), Math.max(2, last)], yRange: span, series }),
            key: key(columns.map(([, words, kind]) => [kind, words])),
            head: [...(seeds.length > 1 ? [say("seed")] : []), say("epoch"), ...columns.map(([column]) => column), say("kept")],
            rows: run.history.map((row) => [...(seeds.length > 1 ? [row.seed] : []), Number(row.epoch), ...columns.map(([column]) => (Number.isFinite(Number(row[column])) && row[column] !== "" ? Number(row[column]) : null)), row.best === "1" ? say("yes") : ""]),
          };
        });
      }
    }
    figure(made, "inputs", say("Inputs here, beside those of train"), () => ({ head: heads(say("input"), say("share missing here"), say("share missing in train"), say("range of train, from"), say("to"), say("share outside it here")), rows: shown().flatMap((run) => Object.entries(run.inputs ?? {}).map(([name, one]) => named(run, [name, one.missing, one.missing_in_train, one.low, one.high, one.outside]))) }));
  }

  function labels() {
    if (!page.suspects) return;
    const made = section("labels", say("Labels to look at again"), say("Discs whose label folds doubt that have not seen them, the likeliest wrong first. A disc that a model misses for want of skill stands here too. The rank is that of the file, which names the slices."));
    figure(made, "suspects", say("Doubted labels"), () => ({ head: [say("rank"), say("disc"), say("hospital"), say("label"), say("code"), say("probability"), say("margin"), say("slices")], rows: page.suspects.map((one) => [one.rank, one.level, one.hospital, one.label === "patient" ? say("herniated") : say("not herniated"), one.code, one.probability, one.margin, one.slices]) }));
  }

  function compared() {
    if (!several) return;
    const made = section("compared", say("Side by side"), say("Each model against the first, on the same patients (clustered variance; verdicts are about AUC by disc alone). About these weights, not these recipes: another seed may turn it."));
    for (const one of page.compared) if (one.refused) made.append(make("p", { class: "warning" }, `${one.second}: `, make("span", { lang: "en" }, one.refused)));
    figure(made, "differences", say("Paired differences, second less first"), () => ({
      head: [say("second"), say("unit"), say("figure"), say("first"), say("second"), say("difference"), ...ends, say("verdict")],
      rows: page.compared.filter((one) => !one.refused).flatMap((one) => Object.entries(one.differences).flatMap(([unit, named_]) => Object.entries(named_).map(([metric, each]) => [one.second, UNITS[unit], metric, each.first, each.second, ...three(each.difference), each.verdict ? { tie: say("tie"), win: say("win"), loss: say("loss") }[each.verdict] : ""]))),
    }));
  }

  function reference() {
    const made = section("reference", say("Beside the reference report"), page.reference.note);
    const names = ["auc", "accuracy_05", "f1_05"];
    figure(made, "reference-report", say("By slice, threshold 0.5"), () => ({
      head: [say("model"), say("split"), ...names.flatMap((name) => [METRICS[name], `${name} ${ends[0]}`, `${name} ${ends[1]}`])],
      rows: [[say("reference report (2023)"), say("by slice: LEAKS"), ...names.flatMap((name) => [page.reference.figures[name], null, null])], ...page.runs.map((run) => [run.name, run.split, ...names.flatMap((name) => three(run.figures.slice[name]))])],
    }));
  }

  function checklist() {
    const made = section("checklist", say("Reporting checklists"), say('What the files answer of TRIPOD+AI (BMJ 2024; 385: e078378) and CLAIM 2024 (Radiol Artif Intell 2024; 6: e240300), items in our own words, of the first model. What says "not reported" is for who publishes.'));
    const forms = [...new Set(page.checklist.map((row) => row[0]))];
    made.append(make("p", { id: "checklist-counts" }, forms.map((form) => `${form}: ${[...new Set(page.states)].map((state) => `${page.checklist.filter((row) => row[0] === form && row[3] === state).length} ${state}`).join(", ")}`).join("; ")));
    for (const form of forms) figure(made, `checklist-${form.replace(/\W+/g, "-").toLowerCase()}`, form, () => ({ head: [say("item"), say("asks"), say("state"), say("what the files say")], rows: page.checklist.filter((row) => row[0] === form).map((row) => row.slice(1)) }));
  }

  function origin() {
    const made = section("origin", say("How it was made"));
    for (const run of page.runs) {
      if (several) made.append(make("h3", {}, run.name));
      made.append(make("dl", { class: "plain" }, ...run.ids.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value ?? "–")])));
      made.append(make(several ? "h4" : "h3", {}, say("Limits")), make("ul", {}, ...run.limits.map((each) => make("li", {}, each))));
      const more = make("details", {}, make("summary", {}, say("Every setting")));
      made.append(more);
      figure(more, `settings-${run.number}`, several ? say("Settings of {0}", run.name) : say("Settings"), () => ({ head: [say("setting"), say("value")], rows: run.settings }));
      if (run.card) made.append(make("details", {}, make("summary", {}, say("Model card in the form of CHAI (card.json)")), make("div", { lang: "en" }, tree(run.card))));
    }
  }

  function tree(value) {
    if (Array.isArray(value)) return make("ul", {}, ...value.map((one) => make("li", {}, tree(one))));
    if (value !== null && typeof value === "object") return make("dl", { class: "plain" }, ...Object.entries(value).flatMap(([name, one]) => [make("dt", {}, name), make("dd", {}, tree(one))]));
    return document.createTextNode(told(value));
  }

  /* ---- the choice ---- */

  function choice() {
    const form = document.getElementById("choice");
    const units = make("fieldset", {}, make("legend", {}, say("counted by")));
    for (const [name, words] of Object.entries(UNITS)) {
      const radio = make("input", { type: "radio", name: "unit", value: name });
      radio.checked = name === chosen.unit;
      radio.addEventListener("change", () => { chosen.unit = name; redraw(); });
      units.append(make("label", {}, radio, ` ${words}`));
    }
    form.append(units);
    if (several) {
      const runs = make("fieldset", {}, make("legend", {}, say("models")));
      for (const run of page.runs) {
        const box = make("input", { type: "checkbox", name: "run", value: run.number });
        box.checked = true;
        box.addEventListener("change", () => { chosen.runs[box.checked ? "add" : "delete"](run.number); redraw(); });
        runs.append(make("label", { class: `key ${colour(run)}` }, box, make("span", { class: colour(run) }, run.name)));
      }
      form.append(runs);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  document.title = `${document.title}: ${page.runs.map((run) => run.name).join(", ")}`;
  document.querySelector("h1").append(make("small", {}, page.runs.map((run) => run.name).join(", "), ", ", say("part {0}", page.part)));
  document.body.dataset.files = page.files;
  choice();
  for (const each of [short, telling, thresholds, calibration, decisions, groups, abstaining, looking, auditing, learning, labels, compared, reference, checklist, origin]) each();
  redraw();
  document.body.dataset.ready = "yes";
})();
