// Gradients to be found by hand: the picture, a blank for each node, hints, and a diagnosis of what is wrong. Whoever
// embeds it puts layout.js, view.js, mathematics.js and arithmetic.js before it and wraps all in a function.

const FEW = 5; // words in a list

/** Whether a number is the one wanted, to three significant digits: as `matches` in solutions.py. */
function matches(answer, wanted, slack) {
  if (!Number.isFinite(wanted)) return Object.is(answer, wanted);
  return Math.abs(answer - wanted) <= halfAUnit(wanted) + slack;
}

/** That of its third significant digit; 0 has none. */
function halfAUnit(x) {
  return x ? Number(`5e${Number(x.toExponential().split("e")[1]) - 3}`) : 0;
}

/** What there is to say about an answer, if these are the gradients of those who go on from wrong ones. */
function judge({ answer, slack, mistakes }, number, carried, { right, follows, unknown }) {
  if (matches(number, asNumber(answer), slack)) return { right: true, message: right };
  if (carried.sources.length && matches(number, carried.gradient, slack + carried.slack)) {
    return { right: false, message: follows.replace("{}", () => listed(carried.sources, FEW)) };
  }
  const mistake = mistakes.find((mistake) => matches(number, mistake.answer, slack));
  return { right: false, message: mistake ? mistake.message : unknown };
}

/** The gradient of a card for somebody who has these, by name, at the nodes it comes from: as `carried` in cards.py. */
function carriedTo({ answer, edges }, known) {
  const parts = edges.map(([name, partial]) => ({ ...known.get(name), partial: asNumber(partial) }));
  const sources = [...new Set(parts.flatMap(({ sources }) => sources))];
  if (!sources.length) return { gradient: asNumber(answer), slack: 0, sources };
  const sum = (term) => parts.reduce((total, part) => total + term(part), 0);
  return {
    gradient: sum(({ gradient, partial }) => gradient * partial),
    slack: sum(({ slack, partial }) => slack * Math.abs(partial)),
    sources,
  };
}

/**
 * @param task - what lessons.py has written: the graph, its cards, and the history of what was answered so far.
 * @param operations - what may be called in an answer.
 * @param link - what happens elsewhere: done(history), optional.
 * @returns what may come from elsewhere: replay(history).
 */
function mountPractice(host, task, css, operations, link = {}) {
  const { graph, cards } = task;
  const { nodes } = graph;
  const output = nodes[nodes.length - 1].name;
  let history = [];
  let active = null; // the card that is being answered

  const score = html("div", { class: "score", role: "status", "aria-live": "polite" });
  const list = html("ul", { class: "cards" });
  const view = graphView(graph, {
    turns: true,
    hint: "Click a node to fill in its gradient. Drag to move.",
    chosen: (index) => {
      const card = cards.findIndex(({ node }) => node === index);
      if (card >= 0) rows[card].field.focus();
    },
  });
  const rows = cards.map(makeRow);
  list.append(...rows.map(({ element }) => element));
  const sheet = html("section", { class: "practice" }, html("h3", {}, "Find the gradients"), score, list);
  const panel = html("div", { class: "panel" }, sheet);
  const body = html("div", { class: "body" }, view.element, panel);
  const whole = html("div", { class: graph.wheel ? "stepper full" : "stepper" }, body);
  panel.addEventListener("keydown", (event) => event.stopPropagation()); // a notebook has its own meaning for keys

  function makeRow(card, index) {
    const name = nodes[card.node].name;
    const row = { tries: 0, hints: 0, right: false, wrong: null };
    const plain = { type: "text", autocomplete: "off", spellcheck: "false" };
    row.field = html("input", { ...plain, "aria-label": `gradient of ${name}` });
    row.mark = html("span", { class: "mark" });
    row.message = html("p", { class: "message", "aria-live": "polite" });
    row.hinted = html("ul", { class: "hints" });
    row.hint = button("Hint", `a hint for ${name}`, () => record(["hint", index, row.hints + 1]));
    const math = mathml("math", formula(derivativeMath(output, name), "="));
    const form = html("form", {}, math, row.field, row.mark, html("button", { class: "main" }, "Check"), row.hint);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(index);
    });
    form.addEventListener("focusin", () => show(index));
    row.element = html("li", {}, form, row.message, row.hinted);
    return row;
  }

  function submit(index) {
    const row = rows[index];
    if (row.right) return;
    let number;
    try {
      number = calculate(row.field.value, operations);
    } catch (error) {
      row.message.textContent = error.message;
      return;
    }
    record(["answer", index, row.field.value, exact(number)]);
    const next = rows.find(({ right }, i) => i > index && !right) ?? rows.find(({ right }) => !right);
    if (row.right && next) next.field.focus();
  }

  function record(entry) {
    history = [...history, entry];
    apply(entry);
    tell();
    link.done?.(history);
  }

  function apply([what, index, given, digits]) {
    const [row, card] = [rows[index], cards[index]];
    if (what === "hint") {
      row.hints = given;
      row.hinted.replaceChildren(...card.hints.slice(0, given).map((text) => html("li", {}, text)));
      row.hint.disabled = given >= card.hints.length;
    } else if (!row.right) {
      const number = readNumber(digits);
      const verdict = judge(card, number, carried(index), task.words);
      row.tries += 1;
      row.right = verdict.right;
      row.wrong = verdict.right ? null : number;
      row.field.value = verdict.right ? short(asNumber(card.answer)) : given;
      row.field.readOnly = verdict.right;
      row.mark.textContent = verdict.right ? "✓" : "✗";
      row.element.classList.toggle("right", verdict.right);
      row.element.classList.toggle("wrong", !verdict.right);
      row.message.textContent = verdict.message;
      if (verdict.right) nodes[card.node].grad = asNumber(card.answer);
    }
    if (active === index) show(index);
  }

  /** The gradient of a card for somebody who goes on from the wrong answers before it. */
  function carried(index) {
    const known = new Map();
    cards.slice(0, index).forEach((card, i) => known.set(card.name, taken(card, rows[i], known)));
    return carriedTo(cards[index], known);
  }

  function taken(card, { right, wrong }, known) {
    if (right) return { gradient: asNumber(card.answer), slack: 0, sources: [] };
    if (wrong === null) return carriedTo(card, known);
    return { gradient: wrong, slack: halfAUnit(wrong), sources: [`${short(wrong)} at ${card.quoted}`] };
  }

  /** The node that is asked for; after a hint, also the edges its gradient comes back through. */
  function show(index) {
    active = index;
    rows.forEach(({ element }, i) => element.classList.toggle("active", i === index));
    const { node } = cards[index];
    const users = nodes.flatMap(({ args }, user) => (args.includes(node) ? [user] : []));
    const hinted = rows[index].hints > 0;
    view.point({ node, near: hinted ? users : [], edges: hinted ? users.map((user) => [node, user]) : [], back: true });
  }

  function tell() {
    view.renumber(cards.map(({ node }) => node));
    const right = rows.filter((row) => row.right).length;
    const [tries, hints] = ["tries", "hints"].map((what) => rows.reduce((sum, row) => sum + row[what], 0));
    const effort = `${tries} ${tries === 1 ? "try" : "tries"}, ${count(hints, "hint")}`;
    const done = right === rows.length ? "Well done: all" : "";
    score.textContent = `${done} ${right} of ${rows.length} right${history.length ? ` (${effort})` : ""}`.trim();
  }

  /** Everything anew, from what was answered so far. */
  function replay(entries) {
    if (JSON.stringify(entries) === JSON.stringify(history)) return;
    history = entries;
    rows.forEach((row, i) => {
      Object.assign(row, { tries: 0, hints: 0, right: false, wrong: null });
      nodes[cards[i].node].grad = null;
      row.hinted.replaceChildren();
      row.element.className = row.mark.textContent = row.message.textContent = "";
      row.field.readOnly = row.hint.disabled = false;
    });
    history.forEach(apply);
    tell();
  }

  for (const node of nodes) {
    node.room = ROOM;
    node.data = asNumber(node.data);
  }
  shadowOf(host, css, whole);
  view.begin();
  tell();
  replay(task.history);
  return { replay };
}

/** In a notebook, joined to the Practice in Python. */
function renderPractice(model, el, css, operations) {
  const task = { ...model.get("data"), history: model.get("history") };
  const practice = mountPractice(el.appendChild(html("div")), task, css, operations, {
    done: (history) => {
      model.set("history", history);
      model.save_changes();
    },
  });
  return listen(model, { "change:history": () => practice.replay(model.get("history")) });
}
