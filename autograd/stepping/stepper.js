// A graph to step through: the picture, the controls, and what there is to say of a step. Whoever embeds it puts
// layout.js, view.js, mathematics.js, replaying.js and telling.js before it and wraps all in a function.

const [SPEEDS, PACE] = [[0.5, 1, 2, 4], 1500]; // milliseconds a step

/**
 * @param lesson - what lessons.py has written.
 * @param operations - what JavaScript knows of the operations; null if it lacks one of the graph's.
 * @param link - what happens elsewhere: moved(position), edited(node, text), both optional.
 * @returns what may come from elsewhere: moveTo(position), show(numbers), complain(text).
 */
function mountStepper(host, lesson, css, operations, link = {}) {
  const { graph } = lesson;
  const { nodes } = graph;
  const teller = tellerOf(lesson);
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
  const keys = {
    ArrowLeft: () => go(position - 1),
    ArrowRight: () => go(position + 1),
    Home: () => go(0),
    End: () => go(steps.length),
    Escape: () => view.choose(null),
  };
  const view = graphView(graph, {
    turns: true,
    hint: "Click a node for its whole chain-rule sum, an input to change its number. Drag to move.",
    chosen: (index) => {
      chosen = index;
      tellNode();
    },
    keys: { ...keys, " ": () => play.click() },
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
    if (!operations && !link.edited) {
      return complain("This page cannot compute the graph again: it has an operation that only Python knows.");
    }
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
    else view.point({ node: step.arg, near: [step.node], edges: [[step.arg, step.node, step.position]], back: true });
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
    const { words, lines = [], because, after = "" } = teller.describeStep(step, { data, steps, known, position });
    stepPart.replaceChildren(heading, html("p", { class: "words" }, words));
    const formulas = html("div", { class: "formulas" });
    if (lines.length) formulas.append(equations(...lines));
    if (because) formulas.append(html("div", { class: "because" }, "because", equations(...because)));
    stepPart.append(formulas);
    if (after) stepPart.append(html("p", { class: "after" }, after));
    spoken.textContent = [`${phase}, step ${position} of ${steps.length}.`, words, after].join(" ");
  }

  // The chosen node

  function tellNode() {
    if (!nodePart.querySelector("input:focus")) { // else someone is typing
      nodePart.replaceChildren();
      if (chosen === null) return;
      const node = nodes[chosen];
      const close = button("×", "close (Escape)", () => view.choose(null), "close");
      nodePart.append(html("h3", {}, cut(titleOf(node), MADE_LENGTH), close));
      if (node.kind === "input" || node.kind === "parameter") nodePart.append(editor(chosen));
      nodePart.append(html("div", { class: "sum" }));
    }
    nodePart.querySelector(".sum").replaceChildren(...teller.describeNode(chosen, { steps }));
  }

  function editor(index) {
    const { name } = nodes[index];
    const role = { type: "text", inputmode: "decimal", "aria-label": `value of ${name}` };
    const field = html("input", { ...role, value: exact(data[index]) });
    const form = html("form", { class: "editor" });
    form.append(html("label", {}, `${cut(name, NAME_LENGTH)} = `, field), html("button", { class: "main" }, "Set"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      nodePart.querySelector(".complaint")?.remove();
      edit(index, field.value);
    });
    return form;
  }

  // What people do

  slider.addEventListener("input", () => go(Number(slider.value)));
  for (const element of [controls, panel]) {
    element.addEventListener("keydown", (event) => {
      event.stopPropagation(); // a notebook has its own meaning for keys
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      if (event.target.matches("input, select") && event.key !== "Escape") return;
      keys[event.key]();
      event.preventDefault();
    });
  }

  for (const node of nodes) node.room = ROOM;
  shadowOf(host, css, whole);
  view.begin();
  show(lesson.numbers);
  return { moveTo, show, complain };
}

/** In a notebook, joined to the Stepper in Python. */
function renderStepper(model, el, css, operations) {
  const lesson = { ...model.get("data"), numbers: model.get("numbers"), position: model.get("position") };
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
