// What there is to say of a step and of a node, in words and as mathematics. It stands on mathematics.js.

const FEW_PATHS = 6; // of which each is written out
const SHORT_WAY = 300; // nodes of a graph whose paths are short enough for that

/**
 * @param lesson - what lessons.py has written.
 * @returns functions of a step or the index of a node, and of how things are: all data, the steps with their numbers,
 *   what is known, and the position.
 */
function tellerOf({ graph: { nodes }, formulas }) {
  const last = nodes.length - 1;
  const name = (index) => nodes[index].name;
  const output = name(last);

  /** A step in words, as equations, and what it leads to. */
  function describeStep(step, state) {
    if (!step) return { words: "Only the inputs have numbers. Next computes the first node from its arguments." };
    if (step.kind === "forward") return describeForward(step, state);
    const end = state.position === state.steps.length ? " All gradients are complete." : "";
    if (step.kind === "backward") return { ...describeHandOver(step, state), after: sumSoFar(step, state) + end };
    const words = `The way back begins at the output: ${output} changes by exactly as much as ${output} itself.`;
    return { words, lines: [[derivativeMath(output, output), "=", numberMath(1)]], after: end };
  }

  function describeForward(step, { data, steps, position }) {
    const { args, made } = nodes[step.node];
    const from = listed([...new Set(args)].map(name));
    const template = formulas[step.made];
    return {
      words: `${name(step.node)} is computed from ${from}: ${made} = ${short(step.data)}.`,
      lines: [
        [nameMath(name(step.node)), "=", withNames(template, step.node)],
        [null, "=", withData(template, step.node, data)],
        [null, "=", numberMath(step.data)],
      ],
      after: steps[position].kind === "seed" ? "All numbers are there; now the way back begins." : "",
    };
  }

  function describeHandOver(step, { data }) {
    const [node, arg] = [name(step.node), name(step.arg)];
    const partial = formulas[step.because];
    const because = [[withNames(formulas[step.slope], step.node), "=", withNames(partial, step.node)]];
    if (partial.includes("@")) {
      const [written, result] = [withData(partial, step.node, data), numberMath(step.partial)];
      because.push([null, "=", written]);
      if (written.textContent !== result.textContent) because.push([null, "=", result]);
    }
    return {
      words: handOverInWords(step, node, arg),
      lines: [
        [derivativeMath(output, arg), "+=", formula(derivativeMath(output, node), "·", derivativeMath(node, arg))],
        [null, "=", formula(numberMath(step.upstream, true), "·", numberMath(step.partial, true))],
        [null, "=", numberMath(step.contribution)],
      ],
      because,
    };
  }

  function handOverInWords(step, node, arg) {
    if (step.flat) return `${node} hands nothing on to ${arg}: it stays the same when ${arg} changes a little.`;
    const [up, slope, term] = [step.upstream, step.partial, step.contribution].map((x) => short(x || 0)); // not -0.0
    const both = `${output} changes by ${up} for each unit of ${node}, and ${node} by ${slope} for each unit of ${arg}`;
    const chain = step.node === last ? "" : `${both}; so through ${node}, `;
    return `${node} hands its gradient on to ${arg}. ${chain}${output} changes by ${term} for each unit of ${arg}.`;
  }

  function sumSoFar({ arg, flat, before, contribution, after }, { known }) {
    const { arrived, expected } = known[arg];
    const gradient = `∂${output}/∂${name(arg)}`;
    if (flat || expected === 1) return arrived === expected ? `${gradient} = ${short(after)} is complete.` : "";
    const sum = before === undefined ? short(after) : `${short(before)} + ${bracketed(contribution)} = ${short(after)}`;
    const rest = expected - arrived;
    const state = rest ? ` so far; ${count(rest, "term")} more to come.` : `: all ${expected} terms are there.`;
    return `${gradient} = ${sum}${state}`;
  }

  function withNames(template, node) {
    return filledIn(template, (place) => nameMath(name(place === "out" ? node : nodes[node].args[place])));
  }

  function withData(template, node, data) {
    return filledIn(template, (place) => numberMath(data[place === "out" ? node : nodes[node].args[place]], true));
  }

  /** The chain-rule sum of a node: one term for each way out of it; then the paths, if there are few. */
  function describeNode(index, { steps }) {
    if (nodes[index].kind === "constant") return [html("p", {}, "A plain number: no gradient is computed for it.")];
    if (index === last) return [html("p", {}, "The output itself: here the way back begins, with 1.")];
    const terms = steps.filter(({ kind, arg, flat }) => kind === "backward" && arg === index && !flat);
    return [...(terms.length ? wholeSum(index, terms) : nothingFlows(index)), ...describePaths(index, steps)];
  }

  function nothingFlows(index) {
    return [html("p", {}, `Nothing flows back to ${name(index)}: its gradient is 0.`)];
  }

  function wholeSum(index, terms) {
    const shown = terms.slice(0, FEW_PATHS);
    const sum = (write) => {
      const parts = shown.flatMap((term, i) => (i ? ["+", write(term)] : [write(term)]));
      return formula(...parts, ...(terms.length > shown.length ? ["+", "…"] : []));
    };
    const local = (term) => derivativeMath(name(term.node), name(index));
    const symbols = sum((term) => formula(derivativeMath(output, name(term.node)), "·", local(term)));
    const numbers = sum((term) => formula(numberMath(term.upstream, true), "·", numberMath(term.partial, true)));
    const ways = terms.length === 1 ? "One way leads" : `${terms.length} ways lead`;
    const lines = [
      [derivativeMath(output, name(index)), "=", symbols],
      [null, "=", numbers],
      [null, "=", numberMath(terms[terms.length - 1].after)],
    ];
    return [html("p", {}, `${ways} out of ${name(index)}, so ${count(terms.length, "term")}:`), equations(...lines)];
  }

  function describePaths(index, steps) {
    const ways = nodes.map(() => 0n); // how many paths lead from each node to the output
    ways[last] = 1n;
    for (let i = last; i >= 0; i--) for (const arg of nodes[i].args) ways[arg] += ways[i];
    const intro = `${name(index)} reaches ${output} through ${count(ways[index], "path")}`;
    if (ways[index] > BigInt(FEW_PATHS) || nodes.length > SHORT_WAY) return [html("p", {}, `${intro}.`)];
    const partials = new Map();
    for (const { kind, node, position, flat, partial } of steps) {
      if (kind === "backward") partials.set(`${node} ${position}`, flat ? 0 : partial);
    }
    const list = html("ul", { class: "paths" });
    const walk = (at, names, factors) => {
      if (at === last) {
        const product = short(factors.reduce((all, x) => all * x, 1));
        const text = factors.length > 1 ? `${factors.map(bracketed).join(" · ")} = ${product}` : product;
        list.append(html("li", {}, html("b", {}, names.join(" → ")), ` ${text}`));
        return;
      }
      nodes.forEach(({ args }, user) => {
        if (!ways[user]) return;
        args.forEach((arg, position) => {
          const factor = partials.get(`${user} ${position}`) ?? 0;
          if (arg === at) walk(user, [...names, name(user)], [...factors, factor]);
        });
      });
    };
    walk(index, [name(index)], []);
    return [html("p", {}, `${intro}, with the product of the local derivatives along each:`), list];
  }

  return { describeStep, describeNode };
}
