// A graph to step through: the picture, the controls and the step in words and as mathematics. Whoever embeds it puts
// layout.js, view.js and mathematics.js before it and wraps all in a function.
//
// From top to bottom: the numbers, and mountStepper.

// The numbers

/** All steps with their numbers: the chain rule, given the data of the nodes and the local derivatives. */
function withNumbers({ steps }, { data, partials }) {
  const gradient = [];
  let next = 0;
  return steps.map((step) => {
    if (step.kind === "forward") return { ...step, data: data[step.node] };
    if (step.kind === "seed") return { ...step, after: (gradient[step.node] = 1) };
    const [upstream, partial, before] = [gradient[step.node], partials[next++], gradient[step.arg]];
    const contribution = step.flat ? 0 : upstream * partial;
    if (!step.flat) gradient[step.arg] = before === undefined ? contribution : before + contribution;
    return { ...step, upstream, partial, contribution, before, after: gradient[step.arg] ?? 0 };
  });
}

/** The numbers after some leaves have changed: each node from its arguments, each derivative at its place. */
function replay({ graph, steps, rules }, operations, leaves) {
  const data = [...leaves];
  const numbersOf = (node) => graph.nodes[node].args.map((arg) => data[arg]);
  for (const { kind, node } of steps) {
    if (kind === "forward") data[node] = operations[rules[node]].forward(...numbersOf(node));
  }
  const partials = steps
    .filter(({ kind }) => kind === "backward")
    .map(({ node, position }) => operations[rules[node]].partial(position, numbersOf(node), data[node]));
  return { data, partials };
}

/** What is known of each node after so many steps. */
function momentAt({ graph }, steps, data, position) {
  const known = graph.nodes.map((node, i) => ({ data: node.args.length ? null : data[i], grad: null, arrived: 0, expected: 0 }));
  for (const { kind, flat, node, arg } of steps) {
    if (kind === "seed") known[node].expected = 1;
    else if (kind === "backward" && !flat) known[arg].expected += 1;
  }
  steps.slice(0, position).forEach(({ kind, flat, node, arg, data, after }) => {
    if (kind === "forward") known[node].data = data;
    if (kind === "seed") for (const it of known) if (!it.expected) it.grad = 0; // nothing flows there
    const place = known[kind === "seed" ? node : arg];
    if (kind !== "forward" && !flat) [place.grad, place.arrived] = [after, place.arrived + 1];
  });
  return known;
}

// The stepper

const [SPEEDS, PACE] = [[0.5, 1, 2, 4], 1500]; // milliseconds a step
const FEW_PATHS = 6;

/**
 * @param lesson - what lessons.py has written.
 * @param operations - what JavaScript knows of the operations; null if it lacks one of the graph's.
 * @param link - what happens elsewhere: moved(position), edited(node, text), both optional.
 * @returns what may come from elsewhere: moveTo(position), show(numbers), complain(text).
 */
function mountStepper(host, lesson, css, operations, link = {}) {
  const { graph } = lesson;
  const { nodes } = graph;
  const last = nodes.length - 1;
  const nameOfNode = (index) => nodes[index].name;
  let data, steps, known; // as they are now
  let position = lesson.position;
  let chosen = null; // the node whose whole sum is shown
  let playing = null;

  const back = button("Back", "one step back (left arrow)", () => go(position - 1));
  const next = button("Next", "one step on (right arrow)", () => go(position + 1), "main");
  const play = button("Play", "step by itself (space)", () => (playing ? pause() : start()));
  const reset = button("Reset", "to the beginning (Home)", () => go(0));
  const speed = html("select", { "aria-label": "speed of Play", title: "speed of Play" });
  for (const factor of SPEEDS) speed.append(html("option", { value: factor }, `${factor}×`));
  speed.value = "1";
  const slider = html("input", { type: "range", min: 0, max: lesson.steps.length, "aria-label": "step" });
  const counter = html("output", { class: "counter" });
  const controls = html("div", { class: "controls", role: "group", "aria-label": "steps" });
  controls.append(reset, back, next, play, speed, slider, counter);

  const spoken = html("div", { class: "spoken", role: "status", "aria-live": "polite" });
  const stepPart = html("section", { class: "step" });
  const nodePart = html("section", { class: "chosen" });
  const panel = html("div", { class: "panel" }, stepPart, nodePart);
  const view = graphView(graph, {
    turns: true,
    hint: "Click a node for its whole chain-rule sum, an input to change its number. Drag to move.",
    chosen: (index) => {
      chosen = index;
      tellNode();
    },
    keys: {
      ArrowLeft: () => go(position - 1),
      ArrowRight: () => go(position + 1),
      " ": () => play.click(),
      Home: () => go(0),
      End: () => go(steps.length),
    },
  });
  const body = html("div", { class: "body" }, view.element, panel);
  const whole = html("div", { class: graph.wheel ? "stepper full" : "stepper" }, controls, body, spoken);

  // Where we are

  function go(wanted) {
    const within = Math.min(Math.max(wanted, 0), steps.length);
    if (within === position) return;
    moveTo(within);
    link.moved?.(position);
  }

  function moveTo(wanted) {
    if (wanted === position) return;
    position = wanted;
    update();
  }

  function start() {
    if (position === steps.length) go(0);
    play.textContent = "Pause";
    const tick = () => {
      go(position + 1);
      if (position === steps.length || !host.isConnected) pause();
      else playing = setTimeout(tick, PACE / Number(speed.value));
    };
    playing = setTimeout(tick, 0);
  }

  function pause() {
    clearTimeout(playing);
    playing = null;
    play.textContent = "Play";
  }

  // The numbers

  function show(numbers) {
    data = numbers.data.map(asNumber);
    steps = withNumbers(lesson, { data, partials: numbers.partials.map(asNumber) });
    update();
  }

  function edit(index, text) {
    const number = readNumber(text);
    if (number === null) return complain(`“${cut(text, 20)}” is not a number; type one such as 2.5, -3 or 1e-3.`);
    if (!operations && !link.edited) return complain("This page cannot compute the graph again: it has an operation that only Python knows.");
    const leaves = data.map((x, i) => (i === index ? number : x));
    if (operations) show(replay(lesson, operations, leaves));
    link.edited?.(index, text);
    const strange = steps.find((step) => step.kind === "forward" && !Number.isFinite(step.data));
    if (strange) complain(`${nodes[strange.node].name} = ${nodes[strange.node].made} is ${exact(strange.data)} now.`);
  }

  function complain(text) {
    const place = nodePart.querySelector(".complaint") ?? nodePart.appendChild(html("p", { class: "complaint" }));
    place.textContent = text;
    spoken.textContent = text;
  }

  // What is shown

  function update() {
    known = momentAt(lesson, steps, data, position);
    const changed = [];
    known.forEach(({ data, grad, arrived, expected }, i) => {
      const fresh = { data, grad, more: grad !== null && arrived < expected };
      if (Object.entries(fresh).every(([key, value]) => Object.is(nodes[i][key], value))) return;
      Object.assign(nodes[i], fresh);
      changed.push(i);
    });
    view.renumber(changed);
    const step = position ? steps[position - 1] : null;
    if (!step) view.point({ node: null, near: [], edges: [], back: false });
    else if (step.kind === "forward") {
      const { args } = nodes[step.node];
      view.point({ node: step.node, near: args, edges: args.map((arg) => [arg, step.node]), back: false });
    } else if (step.kind === "seed") view.point({ node: step.node, near: [], edges: [], back: true });
    else view.point({ node: step.arg, near: [step.node], edges: [[step.arg, step.node]], back: true });
    back.disabled = reset.disabled = position === 0;
    next.disabled = position === steps.length;
    slider.value = position;
    counter.textContent = `${position} / ${steps.length}`;
    tellStep(step);
    tellNode();
  }

  function tellStep(step) {
    const phase = !step ? "Before the first step" : step.kind === "forward" ? "Forward" : "Backward";
    const heading = html("h3", {}, phase, html("small", {}, ` step ${position} of ${steps.length}`));
    const { words, lines = [], because, after = "" } = describeStep(step);
    stepPart.replaceChildren(heading, html("p", { class: "words" }, words));
    const formulas = html("div", { class: "formulas" });
    if (lines.length) formulas.append(equations(...lines));
    if (because) formulas.append(html("div", { class: "because" }, "because", equations(...because)));
    stepPart.append(formulas);
    if (after) stepPart.append(html("p", { class: "after" }, after));
    spoken.textContent = [`${phase}, step ${position} of ${steps.length}.`, words, after].join(" ");
  }

  /** A step in words, as equations, and what it leads to. */
  function describeStep(step) {
    const output = nameOfNode(last);
    const end = position === steps.length ? " All gradients are whole." : "";
    if (!step) {
      return { words: "Only the inputs have numbers. Next computes the first node from its arguments." };
    }
    if (step.kind === "forward") {
      const from = [...new Set(nodes[step.node].args)].map(nameOfNode);
      const words = `${nameOfNode(step.node)} is computed from ${listed(from)}: ${nodes[step.node].made} = ${short(step.data)}.`;
      const made = lesson.formulas[step.made];
      const lines = [
        [nameMath(nameOfNode(step.node)), "=", withNames(made, step.node)],
        [null, "=", withData(made, step.node)],
        [null, "=", numberMath(step.data)],
      ];
      return { words, lines, after: steps[position].kind === "seed" ? "All numbers are there; now the way back begins." : "" };
    }
    if (step.kind === "seed") {
      const words = `The way back begins at the output: ${output} changes by exactly as much as ${output} itself.`;
      return { words, lines: [[derivativeMath(output, output), "=", numberMath(1)]], after: end };
    }
    return { ...describeHandOver(step, output), after: sumSoFar(step, output) + end };
  }

  function describeHandOver(step, output) {
    const [node, arg] = [nameOfNode(step.node), nameOfNode(step.arg)];
    const [up, slope, term] = [step.upstream, step.partial, step.contribution].map((x) => short(x || 0)); // not -0.0
    const chain = `${output} changes by ${up} for each unit of ${node}, and ${node} by ${slope} for each unit of ${arg}; so`;
    const words = step.flat
      ? `${node} hands nothing on to ${arg}: it stays the same when ${arg} changes a little.`
      : `${node} hands its gradient on to ${arg}. ` +
        (step.node === last ? "" : `${chain} through ${node}, `) +
        `${output} changes by ${term} for each unit of ${arg}.`;
    const partial = lesson.formulas[step.because];
    const lines = [
      [derivativeMath(output, arg), "+=", formula(derivativeMath(output, node), "·", derivativeMath(node, arg))],
      [null, "=", formula(numberMath(step.upstream, true), "·", numberMath(step.partial, true))],
      [null, "=", numberMath(step.contribution)],
    ];
    const because = [[withNames(lesson.formulas[step.slope], step.node), "=", withNames(partial, step.node)]];
    if (partial.includes("@")) because.push([null, "=", withData(partial, step.node)], [null, "=", numberMath(step.partial)]);
    return { words, lines, because };
  }

  function sumSoFar({ arg, flat, before, contribution, after }, output) {
    const { arrived, expected } = known[arg];
    const name = `∂${output}/∂${nameOfNode(arg)}`;
    if (flat || expected === 1) return arrived === expected ? `${name} = ${short(after)} is whole.` : "";
    const sum = before === undefined ? short(after) : `${short(before)} + ${bracketed(contribution)} = ${short(after)}`;
    const rest = expected - arrived;
    return `${name} = ${sum}${rest ? ` so far; ${count(rest, "term")} more to come.` : `: all ${expected} terms are there.`}`;
  }

  function withNames(template, node) {
    return filledIn(template, (place) => nameMath(nameOfNode(place === "out" ? node : nodes[node].args[place])));
  }

  function withData(template, node) {
    return filledIn(template, (place) => numberMath(data[place === "out" ? node : nodes[node].args[place]], true));
  }

  // The chosen node

  function tellNode() {
    const typed = nodePart.querySelector("input:focus");
    if (typed) return refreshNumbers();
    nodePart.replaceChildren();
    if (chosen === null) return;
    const node = nodes[chosen];
    const close = button("×", "close (Escape)", () => view.choose(null), "close");
    nodePart.append(html("h3", {}, cut(titleOf(node), MADE_LENGTH), close));
    if (node.kind === "input" || node.kind === "parameter") nodePart.append(editor(chosen));
    if (node.kind === "constant") nodePart.append(html("p", {}, "A plain number: no gradient is computed for it."));
    else nodePart.append(html("div", { class: "sum" }));
    refreshNumbers();
  }

  function refreshNumbers() {
    const sum = nodePart.querySelector(".sum");
    sum?.replaceChildren(...wholeSum(chosen));
  }

  function editor(index) {
    const field = html("input", { type: "text", inputmode: "decimal", value: exact(data[index]), "aria-label": `value of ${nameOfNode(index)}` });
    const form = html("form", { class: "editor" }, html("label", {}, `${cut(nameOfNode(index), NAME_LENGTH)} = `, field));
    form.append(html("button", { class: "main" }, "Set"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      nodePart.querySelector(".complaint")?.remove();
      edit(index, field.value);
    });
    return form;
  }

  /** The chain-rule sum of a node: one term for each way out of it; then the paths, if there are few. */
  function wholeSum(index) {
    const [output, name] = [nameOfNode(last), nameOfNode(index)];
    const terms = steps.filter(({ kind, arg, flat }) => kind === "backward" && arg === index && !flat);
    const parts = [];
    if (index === last) parts.push(html("p", {}, "The output itself: here the way back begins, with 1."));
    else if (!terms.length) parts.push(html("p", {}, `Nothing flows back to ${name}: its gradient is 0.`));
    else {
      const plus = (texts) => texts.flatMap((text, i) => (i ? ["+", text] : [text]));
      const shown = terms.length > FEW_PATHS ? terms.slice(0, FEW_PATHS) : terms;
      const dots = terms.length > shown.length ? ["+", "…"] : [];
      const symbols = shown.map((t) => formula(derivativeMath(output, nameOfNode(t.node)), "·", derivativeMath(nameOfNode(t.node), name)));
      const numbers = shown.map((t) => formula(numberMath(t.upstream, true), "·", numberMath(t.partial, true)));
      const total = terms[terms.length - 1].after;
      const ways = terms.length === 1 ? "One way leads" : `${terms.length} ways lead`;
      parts.push(html("p", {}, `${ways} out of ${name}, so ${count(terms.length, "term")}:`));
      parts.push(equations([derivativeMath(output, name), "=", formula(...plus(symbols), ...dots)], [null, "=", formula(...plus(numbers), ...dots)], [null, "=", numberMath(total)]));
    }
    return [...parts, ...pathsOf(index)];
  }

  function pathsOf(index) {
    if (index === last) return [];
    const ways = nodes.map(() => 0n); // how many paths lead from each node to the output
    ways[last] = 1n;
    for (let i = last; i >= 0; i--) for (const arg of nodes[i].args) ways[arg] += ways[i];
    const name = nameOfNode(index);
    const intro = `${name} reaches ${nameOfNode(last)} through ${count(ways[index], "path")}`;
    if (ways[index] > BigInt(FEW_PATHS)) return [html("p", {}, `${intro}.`)];
    const partials = new Map(steps.filter(({ kind }) => kind === "backward").map((s) => [`${s.node} ${s.position}`, s.flat ? 0 : s.partial]));
    const list = html("ul", { class: "paths" });
    const walk = (at, names, factors) => {
      if (at === last) {
        const product = factors.reduce((all, x) => all * x, 1);
        const text = factors.length > 1 ? `${factors.map(bracketed).join(" · ")} = ${short(product)}` : short(product);
        list.append(html("li", {}, html("b", {}, names.join(" → ")), ` ${text}`));
        return;
      }
      nodes.forEach((node, i) => node.args.forEach((arg, position) => {
        if (arg === at && ways[i]) walk(i, [...names, nameOfNode(i)], [...factors, partials.get(`${i} ${position}`) ?? 0]);
      }));
    };
    walk(index, [name], []);
    return [html("p", {}, `${intro}, with the product of the local derivatives along each:`), list];
  }

  // What people do

  slider.addEventListener("input", () => go(Number(slider.value)));
  whole.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, button")) return;
    if (event.key === "Escape") view.choose(null);
  });
  for (const element of [controls, panel]) {
    element.addEventListener("keydown", (event) => event.stopPropagation()); // a notebook has its own meaning for keys
  }

  for (const node of nodes) node.room = ROOM;
  shadowOf(host, css, whole);
  view.begin();
  show(lesson.numbers);
  return { moveTo, show, complain };
}

/** In a notebook, joined to the Stepper in Python. */
function renderStepper(model, el, css, operations) {
  const lesson = { ...model.get("lesson"), numbers: model.get("numbers"), position: model.get("position") };
  const stepper = mountStepper(el.appendChild(html("div")), lesson, css, operations, {
    moved: (position) => {
      model.set("position", position);
      model.save_changes();
    },
    edited: (node, text) => model.send({ edit: [node, text] }),
  });
  return listen(model, {
    "change:position": () => stepper.moveTo(model.get("position")),
    "change:numbers": () => stepper.show(model.get("numbers")),
    "msg:custom": ({ complaint }) => {
      stepper.show(model.get("numbers")); // as before
      stepper.complain(complaint);
    },
  });
}
