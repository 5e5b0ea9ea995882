"use strict";
// What a report can do beyond being read: sort and filter tables, tell the numbers under the
// pointer, draw chosen curves. Texts only ever get into the page as text, never as HTML.
(() => {
  document.documentElement.classList.add("js");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const made = (name, attributes = {}, text = "") => {
    const svg = ["svg", "path", "text", "circle"].includes(name);
    const node = svg
      ? document.createElementNS("http://www.w3.org/2000/svg", name)
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== "") node.textContent = text;
    return node;
  };
  const shown = (value) => {
    const size = Math.abs(value);
    if (size && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
    return size < 10 ? value.toFixed(4) : value.toFixed(size < 1000 ? 2 : 0);
  };

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });

  // Tables

  const keyOf = (row, column, numeric) => {
    const cell = row.cells[column];
    if ("key" in cell.dataset) return Number(cell.dataset.key);
    const text = cell.textContent.trim();
    return numeric || text === "–" || text === "" ? null : text.toLowerCase();
  };
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number"
      ? a - b
      : typeof a !== typeof b
        ? typeof a === "number" ? -1 : 1
        : a.localeCompare(b, undefined, { numeric: true });
  const sort = (table, header) => {
    const column = header.cellIndex;
    const numeric = header.classList.contains("number");
    const before = header.getAttribute("aria-sort");
    // Of numbers, people look for the largest first.
    const first = numeric ? "descending" : "ascending";
    const other = numeric ? "ascending" : "descending";
    const order = before === first ? other : first;
    for (const each of all("th[aria-sort]", table)) each.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", order);
    const body = table.tBodies[0];
    const pairs = [...body.rows].map((row) => [keyOf(row, column, numeric), row]);
    const sign = order === "ascending" ? 1 : -1;
    pairs.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * compare(a, b);
    });
    body.append(...pairs.map(([, row]) => row));
  };
  for (const table of all("table.sortable")) {
    for (const header of all("th[aria-sort]", table)) {
      header.querySelector("button").addEventListener("click", () => sort(table, header));
    }
  }

  // The numbers under the pointer

  const nearest = (data, x) => {
    let best = null;
    for (const series of data.series) {
      series.x.forEach((at, place) => {
        const value = series.y[place];
        if (value !== null && (best === null || Math.abs(at - x) < Math.abs(best - x))) best = at;
      });
    }
    return best;
  };
  const watch = (svg) => {
    const data = JSON.parse(svg.dataset.chart);
    const [left, top, right, bottom] = data.frame;
    const place = (value, [low, high], start, end) =>
      start + ((value - low) / (high - low)) * (end - start);
    const marks = [];
    let tip = null;
    let current = null;
    const clear = () => {
      marks.splice(0).forEach((mark) => mark.remove());
      tip?.remove();
      tip = null;
    };
    const tell = (at) => {
      clear();
      if (at === null) return;
      current = at;
      const x = place(at, data.x, left, right);
      marks.push(made("path", { class: "cursor", d: `M${x} ${top}V${bottom}` }));
      tip = made("div", { class: "tip", role: "status" });
      tip.append(made("b", {}, `${data.name} ${Number.isInteger(at) ? at : shown(at)}`));
      for (const series of data.series) {
        const value = series.y[series.x.indexOf(at)];
        if (value === null || value === undefined) continue;
        const y = place(value, data.y, bottom, top);
        if (y >= top - 1 && y <= bottom + 1) {
          marks.push(made("circle", { class: `spot ${series.ink}`, cx: x, cy: y, r: 4.5 }));
        }
        const line = made("span");
        line.append(made("i", { class: series.ink }), made("span", {}, series.label));
        const told = (series.values ?? series.y)[series.x.indexOf(at)];
        line.append(made("em", {}, shown(told)));
        if (tip.childElementCount <= 14) tip.append(line);
      }
      svg.append(...marks);
      svg.parentNode.append(tip);
      const share = (x / svg.viewBox.baseVal.width) * 100;
      if (share < 55) tip.style.left = `${share + 2}%`;
      else tip.style.right = `${102 - share}%`;
    };
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      const [low, high] = data.x;
      tell(nearest(data, low + ((x - left) / (right - left)) * (high - low)));
    });
    svg.addEventListener("pointerleave", clear);
    svg.addEventListener("blur", clear);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") clear();
      if (!step) return;
      event.preventDefault();
      const known = [...new Set(data.series.flatMap((series) => series.x))].sort((a, b) => a - b);
      const from = current === null ? (step > 0 ? -1 : known.length) : known.indexOf(current);
      tell(known[Math.min(known.length - 1, Math.max(0, from + step))]);
    });
  };
  for (const svg of all("svg[data-chart]")) watch(svg);

  // Many runs

  const table = one("runs");
  if (!table) return;
  const rows = () => [...table.tBodies[0].rows];

  const matches = (row, words, { dataset, state, tag, group }, plain) =>
    words.every((word) => row.textContent.toLowerCase().includes(word)) &&
    (!dataset || row.dataset.dataset === dataset) &&
    (!state || row.dataset.state === state) &&
    (!tag || row.dataset.tags.split(" ").includes(tag)) &&
    (!group || row.dataset.group === group) &&
    !(plain && "marked" in row.dataset);
  const filter = () => {
    const words = one("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = ["dataset", "state", "tag", "group"];
    const wanted = Object.fromEntries(kinds.map((kind) => [kind, one(`filter-${kind}`)?.value ?? ""]));
    const plain = one("filter-sample").checked;
    let count = 0;
    for (const row of rows()) {
      row.hidden = !matches(row, words, wanted, plain);
      count += row.hidden ? 0 : 1;
    }
    const output = one("count");
    output.textContent = output.dataset.text.replace("#", count);
  };
  for (const kind of ["input", "change"]) one("filter").addEventListener(kind, filter);
  one("filter").addEventListener("submit", (event) => event.preventDefault());
  one("settings")?.addEventListener("change", (event) => {
    for (const cell of all(".setting", table)) cell.hidden = !event.target.checked;
  });

  const source = one("data");
  if (!source) return;
  const { runs, epoch, order, frame } = JSON.parse(source.textContent);
  const metric = one("metric");
  const holder = one("overlaid");

  const ticks = ([low, high], count, whole) => {
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    let step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999999);
    if (whole) step = Math.max(1, Math.ceil(step));
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const found = [];
    for (let at = Math.ceil(low / step - 1e-9); at <= high / step + 1e-9; at += 1) {
      found.push([at * step, (at * step).toFixed(Math.min(digits, 8))]);
    }
    return found;
  };
  const decades = ([low, high]) => {
    const found = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) {
      for (const m of [1, 2, 5]) {
        const at = power + Math.log10(m);
        if (at >= low && at <= high) found.push([at, String(Number((m * 10 ** power).toPrecision(1)))]);
      }
    }
    return found;
  };
  const chosen = () =>
    rows()
      .map((row) => row.querySelector(".draw"))
      .filter((box) => box.checked && metric.value in (runs[box.value]?.y ?? {}))
      .map((box) => box.value)
      .sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const look = (place) => [`c${place % 8}`, `d${Math.floor(place / 8) % 4}`];
  // The range of most values, as kx/charts/overlay.py has it: the first and single ones may be huge.
  const range = (ids) => {
    const known = (share) => ids.flatMap((id) => {
      const { x, y } = runs[id];
      const first = Math.floor(share * x[x.length - 1]);
      return y[metric.value].filter((value, place) => value !== null && x[place] > first);
    });
    const behind = known(frame.first);
    const values = (behind.length ? behind : known(0)).sort((a, b) => a - b);
    const [low, last] = [values[0], values[values.length - 1]];
    const high = values[Math.floor(frame.most * (values.length - 1))];
    return [low, last - low <= frame.far * (high - low) ? last : high];
  };
  const figure = (ids) => {
    const curves = ids.map((id) => ({ id, x: runs[id].x, y: runs[id].y[metric.value] }));
    const log = one("log").checked && curves.every((curve) => curve.y.every((v) => v === null || v > 0));
    const ends = range(ids);
    if (log) for (const curve of curves) curve.y = curve.y.map((v) => v && Math.log10(v));
    const xs = curves.flatMap((curve) => curve.x);
    const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
    const [y0, y1] = log ? ends.map(Math.log10) : ends;
    const margin = Math.max(0.3, 0.02 * (x1 - x0));
    const flat = y1 - y0 <= 1e-9 * Math.max(Math.abs(y0), Math.abs(y1));
    const air = log ? Math.log10(1.2) : flat ? Math.abs(y0) * 0.1 || 1 : frame.air * (y1 - y0);
    return { curves, log, x: [x0 - margin, x1 + margin], y: [y0 - air, y1 + air] };
  };
  const path = (curve, toX, toY) => {
    let pen = "M";
    let d = "";
    curve.x.forEach((at, place) => {
      const value = curve.y[place];
      if (value === null) {
        pen = "M";
        return;
      }
      d += `${pen}${toX(at).toFixed(1)} ${toY(value).toFixed(1)}`;
      if (pen === "M") d += "h0";
      pen = "L";
    });
    return d;
  };
  // What the numbers of a run are of; losses of different data or kinds share no axis.
  const kind = (id) => {
    const loss = metric.value.endsWith("loss") ? runs[id].loss : "";
    return [runs[id].data, loss].filter(Boolean).join(", ");
  };
  const draw = () => {
    for (const swatch of all(".swatch", table)) swatch.className = "swatch";
    const ids = chosen();
    if (!ids.length) {
      holder.replaceChildren(made("p", { class: "note" }, holder.dataset.empty));
      return;
    }
    const kinds = [...new Set(ids.map(kind))];
    const places = new Map(ids.map((id, place) => [id, place]));
    const width = holder.clientWidth;
    const wholes = kinds.map((of) =>
      chart(ids.filter((id) => kind(id) === of), places, kinds.length > 1 ? of : "", width));
    const told = kinds.length > 1 ? [made("p", { class: "alarm" }, holder.dataset.apart)] : [];
    holder.replaceChildren(...told, ...wholes);
    for (const svg of all("svg[data-chart]", holder)) watch(svg);
  };
  const chart = (ids, places, of, room) => {
    const { curves, log, x, y } = figure(ids);
    const width = Math.max(320, Math.min(900, room));
    const height = Math.round(Math.min(420, width * 0.62));
    const [left, top, right, bottom] = [58, 12, width - 12, height - 46];
    const toX = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left);
    const toY = (value) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - top);
    const title = metric.selectedOptions[0].textContent + (of && ` · ${of}`);
    const svg = made("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, tabindex: "0" });
    for (const [at, text] of log ? decades(y) : ticks(y, 6, false)) {
      svg.append(made("path", { class: "grid", d: `M${left} ${toY(at)}H${right}` }));
      svg.append(made("text", { class: "tick end", x: left - 6, y: toY(at) + 4 }, text));
    }
    for (const [at, text] of ticks(x, width / 80, true)) {
      svg.append(made("text", { class: "tick middle", x: toX(at), y: bottom + 17 }, text));
    }
    svg.append(made("path", { class: "axis", d: `M${left} ${bottom}H${right}` }));
    svg.append(made("text", { class: "axisname middle", x: (left + right) / 2, y: height - 8 }, epoch));
    const field = made("svg", { x: left, y: top, width: right - left, height: bottom - top,
      viewBox: `${left} ${top} ${right - left} ${bottom - top}`, class: "field" });
    svg.append(field);
    const series = curves.map((curve) => {
      const place = places.get(curve.id);
      const [ink, dash] = look(place);
      field.append(made("path", { class: `line ${ink} ${dash} ${ids.length > 24 ? "thin" : ""}`, d: path(curve, toX, toY) }));
      const best = runs[curve.id].best;
      const height = curve.y[curve.x.indexOf(best)] ?? null;
      if (height !== null) {
        field.append(made("circle", { class: `ring ${ink}`, cx: toX(best), cy: toY(height), r: 4 }));
      }
      one(curve.id).querySelector(".swatch").className = `swatch ${ink}`;
      return { label: runs[curve.id].label, ink, place, x: curve.x, y: curve.y, values: runs[curve.id].y[metric.value] };
    });
    svg.dataset.chart = JSON.stringify({ frame: [left, top, right, bottom], x, y, name: epoch, series });
    const plot = made("div", { class: "plot" });
    plot.append(svg);
    const whole = made("figure", { class: "chart" });
    whole.append(made("figcaption", {}, title), plot);
    if (ids.length <= 24) whole.append(legend(series));
    return whole;
  };
  const legend = (series) => {
    const list = made("ul", { class: "legend" });
    series.forEach((each) => {
      const icon = made("svg", { viewBox: "0 0 24 12", width: 24, height: 12, "aria-hidden": "true" });
      icon.append(made("path", { class: `line ${look(each.place).join(" ")}`, d: "M1 6h22" }));
      const item = made("li");
      item.append(icon, made("span", {}, each.label));
      list.append(item);
    });
    return list;
  };
  const choose = (which) => {
    for (const row of rows()) {
      const box = row.querySelector(".draw");
      box.checked = which(row) && !box.disabled;
    }
    draw();
  };
  // Losses that differ by much are told apart by their orders of magnitude alone.
  const wide = () => {
    const [low, high] = range(chosen());
    return metric.value.endsWith("loss") && low > 0 && high > frame.wide * low;
  };
  one("log").checked = wide();
  metric.addEventListener("change", draw);
  one("log").addEventListener("change", draw);
  table.addEventListener("change", (event) => event.target.classList.contains("draw") && draw());
  one("draw-shown").addEventListener("click", () => choose((row) => !row.hidden));
  one("draw-none").addEventListener("click", () => choose(() => false));
  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  });
  draw();
})();
