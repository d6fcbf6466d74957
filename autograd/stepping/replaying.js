// The numbers of a graph and of its steps, at each position, also after an edit. It stands on nothing.

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
  const nothing = { grad: null, arrived: 0, expected: 0 };
  const known = graph.nodes.map(({ args }, i) => ({ ...nothing, data: args.length ? null : data[i] }));
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
