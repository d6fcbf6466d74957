// The interactive view of a computation graph, without any library. Whoever embeds it puts layout.js before it and
// wraps both in a function.
//
// From top to bottom: numbers and texts, drawing, graphView, which is the picture with all that people do there, and
// mountGraph, which shows it by itself.

// Numbers and texts

/** A number with all its digits, as Python writes it but for exponents: 0.1, 2.0, 1e-9. */
function exact(x) {
  if (typeof x !== "number") return x ?? "";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (Object.is(x, -0)) return "-0.0";
  return decimal(x.toExponential(), 16).replace(/\.$/, ".0");
}

const TAIL = 1e-14; // relative, of what rounding leaves: exp(log(5)) is 4.999999999999999

/** A number in a few characters: if it is that short, but for what rounding has left, else to four digits. */
function short(x) {
  const digits = exact(x);
  const isShort = (text) => text.replace(/^-/, "").length <= 6;
  if (isShort(digits)) return digits;
  const tie = /^(-?\d\.\d\d[02468])50*(e.*)$/.exec(x.toExponential(100)); // Python rounds it to even, JavaScript up
  const four = tie ? tie[1] + tie[2] : x.toExponential(3);
  const near = Math.abs(x - Number(four)) <= TAIL * Math.abs(x) ? exact(Number(four)) : digits;
  return isShort(near) ? near : decimal(four, 4).replace(/\.$/, "");
}

/** 1.25e+3 as 1250. and so on, unless the exponent is below -4 or as great as `tooGreat`. */
function decimal(scientific, tooGreat) {
  const [, sign, first, rest, power] = /^(-?)(\d)\.?(\d*)e(.*)$/.exec(scientific);
  const exponent = Number(power);
  const digits = first + rest;
  if (exponent < -4 || exponent >= tooGreat) return `${sign}${first}${rest && "."}${rest}e${exponent}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits.slice(0, exponent + 1).padEnd(exponent + 1, "0")}.${digits.slice(exponent + 1)}`;
}

function cut(text, length) {
  const letters = Array.from(printable(text));
  return letters.length <= length ? letters.join("") : letters.slice(0, length - 1).join("") + "…";
}

/** In one line, and without what would turn the text around it. */
function printable(text) {
  return String(text).replace(/\s+/g, " ").replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

function count(number, noun) {
  const digits = String(number);
  const shown = digits.length <= 24 ? digits : `about ${digits[0]}.${digits.slice(1, 4)}e${digits.length - 1}`;
  return `${shown} ${noun}${digits === "1" ? "" : noun.endsWith("x") || noun.endsWith("ch") ? "es" : "s"}`;
}

// Drawing

const FAMILY = "Helvetica, Arial, sans-serif";
const [NAME_LENGTH, MADE_LENGTH] = [28, 56];
const pen = document.createElement("canvas").getContext("2d");

function widthOf(text, font) {
  pen.font = `${font} ${FAMILY}`;
  return pen.measureText(text).width;
}

function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** A button; a sign on it is told in words. */
function button(text, label, action, kind = "") {
  const name = /^\w/.test(text) ? text : label;
  const made = html("button", { type: "button", class: kind, title: label, "aria-label": name }, text);
  made.addEventListener("click", action);
  return made;
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Width, height and, of a group, the width of its title as a frame. */
function boxSize({ nodes, groups }, box) {
  const node = nodes[box];
  if (!node) return groupSize(groups[box - nodes.length]);
  const name = widthOf(cut(node.name, NAME_LENGTH), node.kind === "constant" ? "11px" : "bold 12px");
  if (node.kind === "constant") return [Math.max(20, Math.ceil(name) + 14), 20];
  const made = node.made ? widthOf(` = ${cut(node.made, MADE_LENGTH)}`, "12px") : 0;
  return [Math.ceil(Math.max(56, name + made, numbersWidth(node))) + 18, 54];
}

/** With `room` for numbers that are still to come, where there are such. */
function numbersWidth(node) {
  return 34 + Math.max(node.room ?? 0, ...numbersOf(node).map(([, number]) => widthOf(number, "11px")));
}

/** The lines of numbers in a node's box; of a gradient that is not whole yet, that there is more to come. */
function numbersOf({ kind, data, grad, more }) {
  return kind === "constant" ? [] : [["data", short(data)], ["grad", short(grad) + (more ? " + …" : "")]];
}

function groupSize(group) {
  const title = widthOf(cut(group.title, MADE_LENGTH), "bold 12px") + 34;
  const lines = group.lines.map((line) => widthOf(cut(line, MADE_LENGTH), "11px") + 20);
  const stack = group.kind === "repeats" ? 8 : 0;
  return [Math.ceil(Math.max(80, title, ...lines)) + stack, 30 + 15 * lines.length + stack, Math.ceil(title)];
}

/** What a node is called and how it is made, whole. */
function titleOf(node) {
  return node.made ? `${node.name} = ${node.made}` : node.name;
}

/** A node in full. */
function wholeOf(node) {
  if (node.kind === "constant") return [titleOf(node)];
  const [data, grad] = [node.data, node.grad].map((x) => exact(x) || "?");
  return [titleOf(node), `data = ${data}`, `grad = ${grad}${node.more ? " so far" : ""}`];
}

function drawNode(node, index, { x, y, w, h }) {
  const numbers = numbersOf(node);
  const place = { "data-index": index, transform: `translate(${x} ${y})`, tabindex: 0, role: "button" };
  const box = svg("g", { class: `node ${node.kind}`, ...place }, svg("title"), outline(node.kind, w, h));
  const name = svg("tspan", { class: "name" }, cut(node.name, NAME_LENGTH));
  if (!numbers.length) box.append(svg("text", { x: w / 2, y: 14, "text-anchor": "middle" }, name));
  else box.append(svg("text", { x: 9, y: 18, class: "title" }, name, node.made && ` = ${cut(node.made, MADE_LENGTH)}`));
  numbers.forEach(([word], row) => {
    const y = 33 + 14 * row;
    box.append(svg("text", { x: 9, y, class: "word" }, word));
    box.append(svg("text", { x: 9 + numbersWidth(node), y, "text-anchor": "end", class: `number-${word}` }));
  });
  writeNumbers(box, node);
  return box;
}

/** Bring a node's box up to date where its numbers have changed. */
function writeNumbers(box, node) {
  const whole = wholeOf(node);
  if (box.whole === whole.join("\n")) return;
  box.whole = whole.join("\n");
  box.firstChild.textContent = box.whole;
  box.setAttribute("aria-label", whole.join(", "));
  for (const [word, number] of numbersOf(node)) box.querySelector(`.number-${word}`).textContent = number;
  box.classList.toggle("blank", node.data === null && node.kind !== "constant");
  box.classList.toggle("more", Boolean(node.more));
}

function outline(kind, w, h) {
  if (kind === "parameter") {
    return svg("path", { class: "shape", d: `M7 0H${w - 7}L${w} 7V${h - 7}L${w - 7} ${h}H7L0 ${h - 7}V7Z` });
  }
  return svg("rect", { class: "shape", width: w, height: h, rx: { input: 0, constant: 4 }[kind] ?? 7 });
}

function drawGroup(group, index, { x, y, w, h }) {
  const stack = group.kind === "repeats" ? 8 : 0;
  const box = toggle("group", group, index, false, { transform: `translate(${x} ${y})` });
  const sheet = (shift, kind) =>
    svg("rect", { class: kind, x: shift, y: shift, width: w - stack, height: h - stack, rx: 7 });
  if (stack) box.append(sheet(8, "sheet"), sheet(4, "sheet"));
  box.append(sheet(0, "shape"));
  if (group.kind === "function") {
    box.append(svg("rect", { class: "inner", x: 3, y: 3, width: w - 6, height: h - 6, rx: 4.5 }));
  }
  box.append(...heading(group, group.title, "+", 10, 20));
  group.lines.forEach((line, row) => {
    box.append(svg("text", { x: 10, y: 36 + 15 * row, class: "word" }, cut(line, MADE_LENGTH)));
  });
  return box;
}

function drawFrame(group, index, { x, y, w, h }) {
  const target = svg("rect", { class: "target", width: Math.min(w, groupSize(group)[2]), height: 24 });
  const frame = toggle("frame", group, index, true, { transform: `translate(${x} ${y})` });
  frame.append(svg("rect", { class: "area", width: w, height: h, rx: 8 }));
  frame.append(svg("g", { class: "title" }, target, ...heading(group, cut(group.name, NAME_LENGTH), "−", 9, 17)));
  return frame;
}

/** What opens and closes a group: its closed box, or the frame around what is in it. */
function toggle(name, group, index, open, attributes) {
  const whole = [open ? group.name : group.title, ...group.lines].join("\n");
  const role = { tabindex: 0, role: "button", "aria-expanded": open, "aria-label": whole.replaceAll("\n", ", ") };
  const kind = group.output ? `${group.kind} output` : group.kind;
  const element = { class: `${name} ${kind}`, "data-index": index, ...role, ...attributes };
  return svg("g", element, svg("title", {}, whole));
}

function heading(group, title, sign, x, y) {
  const name = svg("text", { x: group.sealed ? x : x + 14, y, class: "name" }, cut(title, MADE_LENGTH));
  if (group.sealed) return [name];
  const mark = `M${x + 2} ${y - 4}h5` + (sign === "+" ? `M${x + 4.5} ${y - 6.5}v5` : "");
  return [svg("path", { class: "sign", d: `M${x} ${y - 8.5}h9v9h-9z${mark}` }), name];
}

/** An edge's line, its head and, if it carries one, its number. */
function drawEdge(edge, points, { graph, upright }, largest, taken) {
  const at = (m, c) => (upright ? `${tidy(c)} ${tidy(m)}` : `${tidy(m)} ${tidy(c)}`);
  const [way, forth] = edge.back ? [[...points].reverse(), -1] : [points, 1];
  const ends = { "data-from": nameOf(graph, edge.from), "data-to": nameOf(graph, edge.to) };
  let [width, sign, style] = [1.2, "", ""];
  if (graph.edges === "gradient" && edge.flow !== null) {
    const strength = Math.min(1, Math.abs(edge.flow) / largest) || 0;
    const negative = edge.flow < 0;
    const ink = negative ? `15 71% ${tidy(70 - 29 * strength)}%` : `202 100% ${tidy(62 - 27 * strength)}%`;
    [width, sign] = [tidy(1 + 4 * strength), negative ? " negative" : " positive"];
    style = `stroke-width:${width}px;--ink:hsl(${ink})`;
  }
  const [m, c] = way[way.length - 1];
  const [foot, half] = [m - forth * (4 + 2 * width), 1.8 + width];
  const head = `M${at(m, c)}L${at(foot, c - half)}L${at(foot, c + half)}Z`;
  return {
    line: svg("path", { class: `edge${sign}`, d: curve(way, at, forth), style, ...ends }),
    head: svg("path", { class: `head${sign}`, d: head, style, ...ends }),
    number: edge.flow === null ? null : drawNumber(edge, points, upright, taken, ends),
  };
}

function tidy(x) {
  return Math.round(x * 100) / 100;
}

function nameOf({ nodes }, box) {
  return box < nodes.length ? String(box) : `g${box - nodes.length}`;
}

function curve(points, at, forth) {
  const last = points.length - 1;
  let path = `M${at(...points[0])}`;
  points.forEach(([m, c], i) => {
    if (!i) return;
    const [before, across] = points[i - 1];
    const end = i === last ? m - forth * TIP : m;
    const middle = (before + end) / 2;
    if (Math.abs(c - across) > 0.01) path += `C${at(middle, across)} ${at(middle, c)} ${at(end, c)}`;
    else if (i === last || Math.abs(points[i + 1][1] - c) > 0.01) path += `L${at(end, c)}`;
  });
  return path;
}

/** An edge's number on its line, where it covers no other if there is such a place. */
function drawNumber(edge, points, upright, taken, ends) {
  const text = short(edge.flow);
  const [w, h] = [Math.ceil(widthOf(text, "10px")) + 6, 14];
  const covered = ({ x, y }) =>
    taken.reduce((sum, chip) => {
      const [wide, high] = [(w + chip.w) / 2 - Math.abs(x - chip.x), (h + chip.h) / 2 - Math.abs(y - chip.y)];
      return sum + Math.max(0, wide) * Math.max(0, high);
    }, 0);
  let best = null;
  points.slice(1).forEach(([m1, c1], i) => {
    const [m0, c0, free] = points[i];
    if (!free && m1 - m0 < (upright ? h : w) + 12) return;
    for (const t of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
      if (best?.area === 0) return;
      const [m, c] = [m0 + (m1 - m0) * t * (1.5 - 1.5 * t + t * t), c0 + (c1 - c0) * t * t * (3 - 2 * t)]; // as Bézier
      const place = upright ? { x: c, y: m } : { x: m, y: c };
      const area = covered(place);
      if (!best || area < best.area) best = { ...place, w, h, area };
    }
  });
  taken.push(best);
  const corner = `translate(${tidy(best.x - w / 2)} ${tidy(best.y - h / 2)})`;
  const label = svg("text", { x: w / 2, y: 10.5, "text-anchor": "middle" }, text);
  return svg("g", { class: "number", transform: corner, ...ends }, svg("rect", { width: w, height: h, rx: 3 }), label);
}

/** All elements of the picture: frames under edges under boxes. */
function drawAll(plan) {
  const { graph, frames, edges, rectangles, routes } = plan;
  const { nodes, groups } = graph;
  const flows = edges.map((edge) => Math.abs(edge.flow)).filter((flow) => flow < Infinity);
  const largest = Math.max(...flows, 0) || 1;
  const taken = [];
  const boxes = new Map();
  const layers = { frames: [], edges: [], boxes: [], numbers: [] };
  for (const box of [...frames.values()].flatMap((frame) => frame.inside).sort((a, b) => a - b)) {
    const place = rectangles.get(box);
    const group = groups[box - nodes.length];
    const draw = frames.has(box) ? drawFrame : drawGroup;
    const element = group ? draw(group, box - nodes.length, place) : drawNode(nodes[box], box, place);
    boxes.set(box, element);
    layers[frames.has(box) ? "frames" : "boxes"].push(element);
  }
  const lines = edges.map((edge, index) => ({ ...drawEdge(edge, routes[index], plan, largest, taken), edge }));
  layers.edges.push(...lines.map(({ line }) => line), ...lines.map(({ head }) => head));
  layers.numbers.push(...lines.flatMap(({ number }) => number ?? []));
  const scene = Object.entries(layers).map(([name, parts]) => svg("g", { class: name }, ...parts));
  return { ...plan, boxes, lines, scene, size: rectangles.get(ROOT) };
}

// The view

const [MANY, LOWEST, MARGIN, READABLE] = [3000, 120, 8, 0.6];

/**
 * The picture, and what a page around it may do: `begin` once it is in the page, `renumber` nodes after their numbers
 * have changed, `point` at what happens now, `choose` a node.
 *
 * @param hooks - chosen(index or null), what to do then; hint, what to say when there is nothing to say; keys, what
 *   other keys do; turns, whether it may be laid out from top to bottom as well.
 */
function graphView(graph, hooks = {}) {
  const { nodes, groups, outputs } = graph;
  const open = groups.map((group) => Boolean(group.open && !group.sealed));
  const sizes = new Map();
  const sizeOf = (box) => sizes.get(box) ?? sizes.set(box, boxSize(graph, box)).get(box);

  const scene = svg("g", { class: "scene" });
  const about = printable(graph.caption || "computation graph");
  const picture = svg("svg", { tabindex: 0, role: "group", "aria-label": about }, scene);
  const field = html("input", { type: "search", placeholder: "find a node", "aria-label": "find a node" });
  const toolbar = html(
    "div",
    { class: "toolbar" },
    field,
    button("−", "zoom out", () => zoomBy(1 / 1.25)),
    button("+", "zoom in", () => zoomBy(1.25)),
    button("fit", "show all", () => fit()),
  );
  const status = html("div", { class: "status", role: "status", "aria-live": "polite" });
  const view = html("div", { class: graph.wheel ? "view full" : "view" }, toolbar, picture);
  view.append(html("div", { class: "caption" }, graph.caption ?? ""), status);

  let drawing = null; // as drawAll made it
  let area = { w: 0, h: 0 }; // of the picture, on the screen
  let camera = { k: 1, x: 0, y: 0 };
  let touched = false; // once someone has moved the picture, it does not move by itself
  let message = "";
  let [start, paths] = [null, null]; // the node whose paths to the output are lit, and how many lead to each node
  let [matches, current] = [[], -1];
  let now = { node: null, near: [], edges: [], back: false }; // what happens now: see `point`
  let marked = []; // the elements that show it

  // What is said

  function hint() {
    if (hooks.hint) return hooks.hint;
    const more = groups.length ? " A box with + opens." : "";
    return `Point at a box to read it in full; click a node to see its paths to the output. Drag to move.${more}`;
  }

  function say(text) {
    message = text;
    tell(text);
  }

  function tell(text) {
    status.textContent = text || hint();
    status.classList.toggle("hint", !text);
  }

  /** A group and those around it, the outermost first. */
  function groupsAround(group) {
    const around = [];
    for (let g = group; g >= 0; g = groups[g].parent) around.unshift(g);
    return around;
  }

  function pathOf(group) {
    return groupsAround(group).map((g) => groups[g].name).join(" › ");
  }

  function describe(box) {
    const node = nodes[box];
    if (!node) {
      const group = groups[box - nodes.length];
      return [pathOf(box - nodes.length), ...group.lines].join(" · ");
    }
    const parts = wholeOf(node);
    if (node.group >= 0) parts.push(`in ${pathOf(node.group)}`);
    return parts.join(" · ");
  }

  // Drawing anew, and where the picture is

  function redraw() {
    drawing = drawAll(layOut(graph, open, sizeOf));
    scene.replaceChildren(...drawing.scene);
    mark();
    markNow();
  }

  /** Read only when it may have changed: reading makes the browser lay out all texts. */
  function measure() {
    area = { w: picture.clientWidth, h: picture.clientHeight };
  }

  function moveTo(k, x, y) {
    const { w, h } = area;
    const { size } = drawing;
    const within = (place, length, whole) => Math.min(Math.max(place, 40 - whole), length - 40);
    camera = { k, x: within(x, w, size.w * k), y: within(y, h, size.h * k) };
    scene.setAttribute("transform", `translate(${tidy(camera.x)} ${tidy(camera.y)}) scale(${camera.k})`);
  }

  function zoomBy(factor, x = area.w / 2, y = area.h / 2) {
    touched = true;
    const k = Math.min(4, Math.max(0.02, camera.k * factor));
    setHeight(k);
    moveTo(k, x - ((x - camera.x) * k) / camera.k, y - ((y - camera.y) * k) / camera.k);
  }

  function pan(dx, dy) {
    touched = true;
    moveTo(camera.k, camera.x + dx, camera.y + dy);
  }

  function highest() {
    return graph.wheel ? area.h : 0.7 * Math.max(window.innerHeight, 480);
  }

  /** Lay it out from top to bottom where it is much easier to read than from left to right. */
  function turn() {
    const scale = (direction) => {
      const { w, h } = layOut({ ...graph, direction }, open, sizeOf).rectangles.get(ROOT);
      return Math.min(1, area.w / w, highest() / h);
    };
    if (scale("TB") <= 1.25 * scale("LR")) return;
    graph.direction = "TB";
    redraw();
  }

  /** As high as what it shows, within bounds; a window that grows with what is in it says little. */
  function setHeight(k, lowest = area.h) {
    if (graph.wheel) return;
    area.h = Math.round(Math.min(highest(), Math.max(lowest, drawing.size.h * k + 2 * MARGIN)));
    picture.style.height = `${area.h}px`;
  }

  /** Show all; at first only all of the width, or only the output, if the whole would be too small to read. */
  function fit(first = false) {
    if (!area.w) return; // not shown yet
    const { size } = drawing;
    const wide = Math.min(1, (area.w - 2 * MARGIN) / size.w);
    if (first && wide < 0.25) {
      setHeight(1, LOWEST);
      centre(drawing.rectangles.get(drawing.shown[outputs[outputs.length - 1]]));
      return pan(Math.max(0, area.w - MARGIN - size.w * camera.k - camera.x), 0); // nothing is to its right
    }
    setHeight(wide, LOWEST);
    const whole = Math.min(wide, (area.h - 2 * MARGIN) / size.h);
    const k = first && whole < Math.min(0.5, 0.6 * wide) ? wide : whole;
    moveTo(k, (area.w - size.w * k) / 2, Math.max(MARGIN, (area.h - size.h * k) / 2));
  }

  /** The nearest place at which something is in view whole, if it is not too long for that. */
  function inView(place, length, whole) {
    return length > whole - 2 * MARGIN ? place : Math.min(Math.max(place, MARGIN), whole - MARGIN - length);
  }

  /** How far to move the picture so that a box is in view whole. */
  function toBeInView({ x, y, w, h }) {
    const { k } = camera;
    const [left, top] = [x * k + camera.x, y * k + camera.y];
    return [inView(left, w * k, area.w) - left, inView(top, h * k, area.h) - top];
  }

  function centre({ x, y, w, h }, k = Math.max(camera.k, 0.7)) {
    touched = true;
    moveTo(k, area.w / 2 - (x + w / 2) * k, area.h / 2 - (y + h / 2) * k);
  }

  // Groups

  function tooMany(wanted) {
    const number = new Set(shownBoxes(graph, wanted)).size;
    return number > MANY ? `${count(number, "box")} would be too many to show` : "";
  }

  /** Open the groups with these indices, or say why not. */
  function openAll(some) {
    const closed = some.filter((index) => !open[index]);
    const sealed = closed.find((index) => groups[index].sealed);
    const wanted = open.map((is, index) => is || closed.includes(index));
    const reason = sealed === undefined ? tooMany(wanted) : groups[sealed].sealed;
    if (reason) say(sealed === undefined ? `${groups[some[some.length - 1]].name}: ${reason}` : reason);
    else closed.forEach((index) => (open[index] = true));
    return !reason;
  }

  /** Redraw after a group was opened or closed, with its corner where it was. */
  function redrawAround(index) {
    const box = nodes.length + index;
    const before = drawing.rectangles.get(box);
    const focused = drawing.boxes.get(box)?.matches(":focus");
    redraw();
    const after = drawing.rectangles.get(box);
    if (focused) drawing.boxes.get(box)?.focus({ preventScroll: true });
    if (!before || !after) return fit();
    const { k, x, y } = camera;
    setHeight(k);
    touched = true;
    moveTo(k, x + (before.x - after.x) * k, y + (before.y - after.y) * k);
    const { size } = drawing;
    moveTo(k, inView(camera.x, size.w * k, area.w), inView(camera.y, size.h * k, area.h));
  }

  function toggleGroup(index) {
    if (open[index]) open[index] = false;
    else if (!openAll(groupsAround(index))) return;
    redrawAround(index);
  }

  // Paths and matches

  function highlight(index) {
    paths = index === null ? null : pathsFrom(index);
    start = index;
    const total = outputs.reduce((sum, output) => sum + (paths?.[output] ?? 0n), 0n);
    const number = groups.some((group) => group.sealed) ? "all paths" : count(total, "path");
    const end = outputs.length > 1 ? `the ${outputs.length} outputs` : nodes[outputs[0]].name;
    if (hooks.chosen) hooks.chosen(index);
    else say(paths ? `${number} from ${nodes[index].name} to ${end}` : "");
    mark();
  }

  /** For each node, how many paths lead to it from node `index`. */
  function pathsFrom(index) {
    const paths = [];
    nodes.forEach(({ args }, i) => (paths[i] = i === index ? 1n : args.reduce((sum, arg) => sum + paths[arg], 0n)));
    return paths;
  }

  /** Give all elements the classes that say what is lit, dimmed or found. */
  function mark() {
    const { shown, boxes, lines } = drawing;
    const lit = new Set(paths ? shown.filter((_, index) => paths[index]) : []);
    const found = new Set(matches.map((index) => shown[index]));
    const light = (element, is) => {
      element.classList.toggle("lit", Boolean(paths && is));
      element.classList.toggle("dimmed", Boolean(paths && !is));
    };
    for (const [box, { classList }] of boxes) {
      if (!drawing.frames.has(box)) light(boxes.get(box), lit.has(box));
      classList.toggle("match", found.has(box));
      classList.toggle("current", current >= 0 && shown[matches[current]] === box);
      classList.toggle("start", paths !== null && shown[start] === box);
    }
    for (const { edge, ...parts } of lines) {
      const is = paths && edge.args.some((arg) => paths[arg]);
      for (const part of Object.values(parts)) if (part) light(part, is);
    }
  }

  /** Write the numbers of these nodes anew. */
  function renumber(indices) {
    for (const index of indices) {
      const box = drawing.boxes.get(index);
      if (box) writeNumbers(box, nodes[index]);
    }
  }

  /** Show what happens now: at which node, which others and which edges it concerns, and whether it goes back. */
  function point(at) {
    now = at;
    markNow();
    follow();
  }

  /** Keep in view what happens now, and large enough to be read unless someone has chosen another size. */
  function follow() {
    if (now.node === null || !area.w) return;
    const box = drawing.rectangles.get(drawing.shown[now.node]);
    if (!touched && camera.k < READABLE) centre(box);
    else if (toBeInView(box).some((way) => Math.abs(way) > 1)) centre(box, camera.k);
  }

  function markNow() {
    const { shown, boxes, lines } = drawing;
    for (const { classList } of marked) classList.remove("now", "near", "back");
    marked = [];
    const give = (kind, ...elements) => {
      for (const element of elements) element.classList.add(kind);
      marked.push(...elements);
    };
    if (now.node !== null) give("now", boxes.get(shown[now.node]));
    give("near", ...now.near.map((index) => boxes.get(shown[index])));
    for (const [from, to, slot] of now.edges) {
      const isMeant = (edge) => slot === undefined || edge.slot === null || edge.slot === slot;
      const runs = lines.filter(({ edge }) => edge.from === shown[from] && edge.to === shown[to] && isMeant(edge));
      const parts = runs.flatMap(({ line, head }) => [line, head]);
      give("now", ...parts);
      if (now.back) give("back", ...parts);
    }
  }

  function find(text) {
    const wanted = text.trim().toLowerCase();
    const has = (words) => Boolean(words) && words.toLowerCase().includes(wanted);
    matches = [];
    current = -1;
    if (wanted) nodes.forEach((node, i) => (has(node.name) || has(node.made)) && matches.push(i));
    say(wanted && `${count(matches.length, "match")} among ${count(nodes.length, "node")}`);
    mark();
  }

  function nextMatch(step) {
    if (!matches.length) return;
    current = current < 0 && step < 0 ? matches.length - 1 : (current + step + matches.length) % matches.length;
    const index = matches[current];
    const around = groupsAround(nodes[index].group);
    const hidden = around.some((group) => !open[group]);
    const opened = hidden && openAll(around);
    if (opened) redraw();
    else mark();
    setHeight(camera.k);
    centre(drawing.rectangles.get(drawing.shown[index]));
    if (!hidden || opened) say(`${current + 1} of ${matches.length}: ${describe(index)}`);
  }

  // What people do

  const boxAt = (event) => {
    const element = event.target.closest?.("[data-index]");
    if (!element) return null;
    const index = Number(element.dataset.index);
    return element.classList.contains("node") ? index : nodes.length + index;
  };

  function choose(box) {
    if (box === null) {
      if (paths) highlight(null);
    } else if (box < nodes.length) highlight(paths && start === box ? null : box);
    else toggleGroup(box - nodes.length);
  }

  const fingers = new Map(); // where each pointer that is down was last
  let dragged = false;

  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!fingers.size) dragged = false;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  picture.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (!dragged && fingers.size === 1 && Math.hypot(dx, dy) < 4) return; // a click, so far
    if (!dragged) for (const id of fingers.keys()) picture.setPointerCapture(id);
    dragged = true;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    const now = { x: event.clientX, y: event.clientY };
    if (other) pinch(last, now, other);
    else pan(dx, dy);
    fingers.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    picture.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }

  function pinch(last, now, other) {
    const { left, top } = picture.getBoundingClientRect();
    const far = (a) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = (a) => ({ x: (a.x + other.x) / 2 - left, y: (a.y + other.y) / 2 - top });
    const [before, after] = [middle(last), middle(now)];
    zoomBy(far(now) / far(last), before.x, before.y);
    pan(after.x - before.x, after.y - before.y);
  }

  picture.addEventListener("click", (event) => {
    if (!dragged) choose(boxAt(event));
  });
  picture.addEventListener("dblclick", (event) => {
    if (boxAt(event) === null) fit();
  });
  picture.addEventListener("wheel", (event) => {
    if (!graph.wheel && !event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    const { left, top } = picture.getBoundingClientRect();
    const turn = Math.max(-60, Math.min(60, event.deltaY * (event.deltaMode ? 16 : 1)));
    zoomBy(Math.exp(-turn * 0.004), event.clientX - left, event.clientY - top);
  }, { passive: false });

  let pointed = null; // the box under the pointer
  const pointAt = (box) => {
    if (box !== pointed) tell(box === null ? message : describe(box)); // else what was said since then stays
    pointed = box;
  };
  picture.addEventListener("pointermove", (event) => pointAt(boxAt(event)));
  picture.addEventListener("pointerleave", () => pointAt(null));
  picture.addEventListener("focusout", () => tell(message));
  picture.addEventListener("focusin", (event) => {
    const box = event.target.matches(":focus-visible") ? boxAt(event) : null; // not by a click
    if (box === null) return;
    pan(...toBeInView(drawing.rectangles.get(box)));
    tell(describe(box));
  });

  const keys = {
    0: () => fit(),
    "+": () => zoomBy(1.25),
    "=": () => zoomBy(1.25),
    "-": () => zoomBy(1 / 1.25),
    ArrowLeft: () => pan(60, 0),
    ArrowRight: () => pan(-60, 0),
    ArrowUp: () => pan(0, 60),
    ArrowDown: () => pan(0, -60),
    Escape: () => highlight(null),
    ...hooks.keys,
  };
  picture.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = boxAt(event);
    const press = box !== null && [" ", "Enter"].includes(event.key) ? () => choose(box) : keys[event.key];
    if (!press) return;
    press();
    event.preventDefault();
    event.stopPropagation(); // a notebook has its own meaning for some of these
  });
  field.addEventListener("input", () => find(field.value));
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") nextMatch(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") find((field.value = ""));
  });

  // What is there at first

  const depths = groups.map((_, index) => groupsAround(index).length);
  for (let depth = Math.max(0, ...depths); depth && tooMany(open); depth--) { // close the innermost
    depths.forEach((its, index) => (open[index] &&= its < depth));
  }

  let turned = !hooks.turns;

  /** Fit it to its place, which in a notebook it may get only after a while. */
  function appear() {
    measure();
    if (touched || !area.w) return;
    if (!turned) turn();
    turned = true;
    fit(true);
    follow();
  }

  function begin() {
    if (tooMany(open)) return say(`This graph is too large to show: ${tooMany(open)}`);
    redraw();
    tell("");
    appear();
    new ResizeObserver(appear).observe(picture);
  }

  return { element: view, begin, renumber, point, choose: highlight };
}

function mountGraph(host, graph, css) {
  const view = graphView(graph);
  shadowOf(host, css, view.element);
  view.begin();
}

/** Put something into a host so that neither its style nor the style around it reaches the other. */
function shadowOf(host, css, ...elements) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren(html("style", {}, css), ...elements);
  host.setAttribute("data-lm-suppress-shortcuts", "true"); // in JupyterLab, keys pressed here are no commands
  return root;
}
