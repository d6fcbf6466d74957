// The layout of a picture: what of the graph is visible, and where. Everything here is arithmetic, nothing is drawn.
//
// A box is known by a number: a node by its index, a group by its index after the nodes.

// What is visible

const ROOT = -1; // the picture as a whole, as the frame around all others

/** For each node, the box that shows it: its outermost closed group, or itself. */
function shownBoxes({ nodes, groups }, open) {
  const closed = [];
  groups.forEach((group, index) => {
    const above = group.parent < 0 ? -1 : closed[group.parent];
    closed[index] = above >= 0 ? above : open[index] ? -1 : index;
  });
  return nodes.map((node, index) => {
    const group = node.group < 0 ? -1 : closed[node.group];
    return group < 0 ? index : nodes.length + group;
  });
}

/** The frame in which a box or another frame lies. */
function frameOf({ nodes, groups }, box) {
  const group = box < nodes.length ? nodes[box].group : groups[box - nodes.length].parent;
  return group < 0 ? ROOT : nodes.length + group;
}

/** The frames, each with the boxes and frames in it. */
function framesAround(graph, shown) {
  const frames = new Map();
  const frame = (id) => {
    if (!frames.has(id)) {
      frames.set(id, { id, inside: [], pieces: new Map(), hints: new Map() });
      if (id !== ROOT) frame(frameOf(graph, id)).inside.push(id);
    }
    return frames.get(id);
  };
  frame(ROOT);
  for (const box of new Set(shown)) frame(frameOf(graph, box)).inside.push(box);
  return frames;
}

/** The edges between boxes: between two nodes one for each argument, else one. */
function edgesBetween(graph, shown) {
  const size = graph.nodes.length + graph.groups.length;
  const edges = new Map();
  graph.nodes.forEach((node, index) => {
    node.args.forEach((arg, slot) => {
      const [from, to] = [shown[arg], shown[index]];
      if (from === to) return;
      const apart = graph.edges || node.args.indexOf(arg) < slot;
      const single = from === arg && to === index;
      const key = single ? `${from} ${to} ${slot}` : from * size + to;
      if (!edges.has(key)) edges.set(key, { from, to, slot: single ? slot : null, apart, args: [], flows: [] });
      const edge = edges.get(key);
      edge.args.push(arg);
      edge.flows.push(node.flow?.[slot] ?? null);
    });
  });
  return [...edges.values()].map((edge) => ({ ...edge, flow: flowAlong(graph, edge) }));
}

/** The number of an edge, or the sum of those that it stands for, as Flows has it. */
function flowAlong({ nodes, edges }, { to, args, flows }) {
  const some = flows.filter((flow) => flow !== null);
  if (!some.length || new Set(args).size > 1 || (edges === "partial" && to >= nodes.length)) return null;
  const number = (flow) => (typeof flow === "string" ? Number(flow.replace("inf", "Infinity")) : flow);
  return some.map(number).reduce((sum, flow) => sum + flow);
}

// Layout
//
// Thought from left to right: `along` is the way the data flows, `across` the other. An item of a frame is a box, a
// frame that has been laid out already, a point where edges cross the border, or a point where a long edge passes.

/** Where all goes: the frames with their items, the points of each edge, and the size. */
function layOut(graph, open, sizeOf) {
  const shown = shownBoxes(graph, open);
  const frames = framesAround(graph, shown);
  const edges = edgesBetween(graph, shown);
  const plan = { graph, shown, frames, edges, sizeOf, look: spacing(graph), upright: graph.direction === "TB" };
  turnBackEdges(plan);
  edges.forEach((edge, index) => thread(plan, edge, index));

  let best = null;
  for (let pass = 0; pass < (frames.size > 1 ? 3 : 1); pass++) {
    if (pass) giveHints(plan); // from the second time on, frames know what is around them
    const crossings = arrange(plan, ROOT);
    const rectangles = locate(plan, ROOT, 0, 0);
    if (!best || crossings < best.crossings) {
      best = { crossings, rectangles, routes: edges.map((edge) => routeThrough(plan, edge)) };
    }
    if (!crossings) break;
  }
  return { ...plan, ...best };
}

function spacing({ edges, direction }) {
  const upright = direction === "TB";
  const look = { box: 14, pass: 10, line: 8, rank: upright ? 30 : 36, port: 11, title: 24, pad: 12, upright };
  if (!edges) return look;
  const wide = upright ? { line: 46, port: 46, pass: 30, rank: 44 } : { line: 17, port: 17, pass: 12, rank: 78 };
  return { ...look, ...wide, numbered: true };
}

function lineage(graph, box) {
  const line = [box];
  while (line[line.length - 1] !== ROOT) line.push(frameOf(graph, line[line.length - 1]));
  return line;
}

/** The frames that an edge leaves and enters, each after what lies in it, up to the frame where both ends meet. */
function wayOf(graph, edge) {
  const [leaving, entering] = [lineage(graph, edge.from), lineage(graph, edge.to)];
  let meeting;
  while (leaving[leaving.length - 1] === entering[entering.length - 1]) {
    meeting = leaving.pop();
    entering.pop();
  }
  return { leaving, meeting, entering };
}

/** Closed groups can make cycles: mark the edges that close one, to be laid out the other way round. */
function turnBackEdges({ graph, frames, edges }) {
  const steps = new Map();
  for (const edge of edges) {
    edge.way = wayOf(graph, edge);
    edge.ends = [edge.way.leaving, edge.way.entering].map((line) => line[line.length - 1]);
    if (!steps.has(edge.ends[0])) steps.set(edge.ends[0], new Set());
    steps.get(edge.ends[0]).add(edge.ends[1]);
  }
  const state = new Map();
  const back = new Set();
  const walk = (box) => {
    state.set(box, "open");
    for (const next of steps.get(box) ?? []) {
      if (!state.has(next)) walk(next);
      else if (state.get(next) === "open") back.add(`${box} ${next}`);
    }
    state.set(box, "done");
  };
  for (const frame of frames.values()) for (const box of frame.inside) if (!state.has(box)) walk(box);
  for (const edge of edges) edge.back = back.has(edge.ends.join(" "));
}

/** Cut an edge into one piece for each frame it runs in; edges from one box share pieces, unless they are to lie apart. */
function thread({ frames }, edge, index) {
  const { meeting } = edge.way;
  const [leaving, entering] = edge.back ? [edge.way.entering, edge.way.leaving] : [edge.way.leaving, edge.way.entering];
  const key = `${edge.apart ? `apart ${index}` : leaving[0]}${edge.back ? "back" : ""}`;
  edge.pieces = [];
  const add = (frame, tail, head) => {
    const { pieces } = frames.get(frame);
    const name = `${tail} ${head} ${key}`;
    if (!pieces.has(name)) pieces.set(name, { tail, head, key, back: edge.back });
    edge.pieces.push([frame, pieces.get(name)]);
  };
  for (let i = 1; i < leaving.length; i++) add(leaving[i], leaving[i - 1], `>${key}`);
  add(meeting, leaving[leaving.length - 1], entering[entering.length - 1]);
  for (let i = entering.length - 1; i > 0; i--) add(entering[i], `<${key}`, entering[i - 1]);
}

/** Lay out a frame, after the frames in it. The answer is how often edges cross. */
function arrange(plan, id) {
  const { frames, look, sizeOf, upright } = plan;
  const frame = frames.get(id);
  const turned = ([width, height]) => (upright ? [height, width] : [width, height]);
  let crossings = 0;
  frame.items = new Map();
  for (const box of frame.inside) {
    if (frames.has(box)) crossings += arrange(plan, box);
    const [along, across] = frames.has(box) ? frames.get(box).size : turned(sizeOf(box));
    frame.items.set(box, newItem({ along, across, frame: frames.has(box) }));
  }
  for (const { tail, head } of frame.pieces.values()) {
    for (const end of [tail, head]) {
      const pin = end[0] === "<" ? "first" : "last";
      if (!frame.items.has(end)) frame.items.set(end, newItem({ pin, point: true, hint: frame.hints.get(end) }));
    }
  }
  const title = id === ROOT ? 0 : sizeOf(id)[2];
  if (upright && title && [...frame.items.values()].some((item) => item.pin === "first")) {
    frame.items.set("title", newItem({ across: title, pin: "first", leading: true })); // no edge enters through it
  }
  for (const piece of frame.pieces.values()) {
    const [tail, head] = [frame.items.get(piece.tail), frame.items.get(piece.head)];
    piece.link = { key: piece.key, back: piece.back, tail, head };
    piece.link.tailAt = frames.get(piece.tail)?.ports.get(`>${piece.key}`);
    piece.link.headAt = frames.get(piece.head)?.ports.get(`<${piece.key}`);
  }
  const result = layered([...frame.items.values()], [...frame.pieces.values()].map((piece) => piece.link), look);
  const { pad, title: band } = look;
  frame.start = id === ROOT ? [0, 0] : upright ? [band, pad] : [pad, band];
  const ends = id === ROOT ? [0, 0] : [pad, pad];
  frame.size = [0, 1].map((axis) => frame.start[axis] + result.size[axis] + ends[axis]);
  const wide = upright ? 1 : 0;
  frame.size[wide] = Math.max(frame.size[wide], title + 2 * pad);
  frame.ports = new Map();
  for (const [name, item] of frame.items) {
    if (item.pin) frame.ports.set(name, frame.start[1] + item.c - frame.size[1] / 2);
  }
  return crossings + result.crossings;
}

function newItem(traits) {
  return { along: 0, across: 0, ins: [], outs: [], chains: {}, ...traits };
}

/** From places within a frame to rectangles in the picture. */
function locate(plan, id, along, across, rectangles = new Map()) {
  const rectangle = (m, c, [length, breadth]) =>
    plan.upright ? { x: c, y: m, w: breadth, h: length } : { x: m, y: c, w: length, h: breadth };
  const frame = plan.frames.get(id);
  rectangles.set(id, rectangle(along, across, frame.size));
  frame.origin = [along + frame.start[0], across + frame.start[1]];
  for (const box of frame.inside) {
    const item = frame.items.get(box);
    const [m, c] = [frame.origin[0] + item.m, frame.origin[1] + item.c - item.across / 2];
    if (plan.frames.has(box)) locate(plan, box, m, c, rectangles);
    else rectangles.set(box, rectangle(m, c, [item.along, item.across]));
  }
  return rectangles;
}

/** The points of an edge, from left to right. */
function routeThrough({ frames }, { pieces }) {
  return pieces.flatMap(([id, { link }]) => {
    const [along, across] = frames.get(id).origin;
    return route(link).map(([m, c, free]) => [m + along, c + across, free]);
  });
}

/** Tell the points on a frame's border what they lead to outside, so that they can be in that order. */
function giveHints({ frames, edges }) {
  const other = (frame, link, end) => {
    const segment = end === "tail" ? link.segments[0] : link.segments[link.segments.length - 1];
    const [item, at] = end === "tail" ? [segment.head, segment.headAt] : [segment.tail, segment.tailAt];
    return frame.origin[1] + item.c + at;
  };
  for (const { pieces } of edges) {
    for (const [id, piece] of pieces) {
      const frame = frames.get(id);
      frames.get(piece.tail)?.hints.set(`>${piece.key}`, other(frame, piece.link, "tail"));
      frames.get(piece.head)?.hints.set(`<${piece.key}`, other(frame, piece.link, "head"));
    }
  }
}

// Layout of one frame, after Sugiyama: ranks, the order in each, places across, places along

function layered(items, links, look) {
  giveRanks(items, links);
  const rows = splitLinks(items, links);
  const crossings = orderRows(rows);
  spreadPorts(rows, look);
  placeAcross(rows, look);
  return { crossings, size: [placeAlong(rows, look), breadth(rows)] };
}

/** Each item as late as what is made from it allows, so that leaves stand next to their first use. */
function giveRanks(items, links) {
  for (const item of items) [item.before, item.after] = [new Set(), new Set()];
  for (const { tail, head } of links) {
    tail.after.add(head);
    head.before.add(tail);
  }
  const order = [];
  const seen = new Set();
  const visit = (item) => {
    if (seen.has(item)) return;
    seen.add(item);
    item.before.forEach(visit);
    order.push(item);
  };
  items.forEach(visit);

  const end = items.some((item) => item.pin === "last") ? -1 : 0;
  const ranks = (some) => [...some].map((item) => item.rank);
  for (const item of [...order].reverse()) {
    item.rank = item.pin === "last" ? 0 : Math.min(end, Math.min(...ranks(item.after)) - 1);
  }
  const lowest = Math.min(0, ...ranks(items.filter((item) => item.pin !== "first")));
  for (const item of items) if (item.pin === "first") item.rank = lowest - 1;

  for (const item of order) { // one long edge from it is better than several to it
    const bound = [...item.before].filter((arg) => arg.before.size || arg.pin || arg.after.size > 1);
    if (item.pin || bound.length <= item.after.size) continue;
    item.rank = Math.min(item.rank, Math.max(...ranks(bound)) + 1);
  }
  for (const item of items) {
    if (!item.pin && !item.before.size && item.after.size) item.rank = Math.min(...ranks(item.after)) - 1;
  }
  const first = Math.min(...ranks(items));
  for (const item of items) item.rank -= first;
}

/** The rows of items, with a point in every rank that an edge passes. Edges of one key pass through the same points. */
function splitLinks(items, links) {
  const rows = [];
  const put = (item) => (rows[item.rank] ??= []).push(item);
  const connect = (tail, head, back, tailAt, headAt) => {
    const segment = { tail, head, tailAt: tailAt ?? 0, headAt: headAt ?? 0, back };
    tail.outs.push(segment);
    head.ins.push(segment);
    return segment;
  };
  items.forEach(put);
  for (const link of links) {
    const chain = (link.tail.chains[link.key] ??= []);
    link.segments = [];
    let last = link.tail;
    for (let rank = link.tail.rank + 1; rank < link.head.rank; rank++) {
      if (!chain[rank]) {
        const point = newItem({ rank, point: true });
        put(point);
        chain[rank] = connect(last, point, link.back, last === link.tail ? link.tailAt : 0);
      }
      link.segments.push(chain[rank]);
      last = chain[rank].head;
    }
    link.segments.push(connect(last, link.head, link.back, last === link.tail ? link.tailAt : 0, link.headAt));
  }
  return rows;
}

/** Order the rows so that few edges cross, and arguments as they are written where that costs nothing. */
function orderRows(rows) {
  const number = (row) => row.forEach((item, pos) => (item.pos = pos));
  const seen = new Set();
  const fresh = rows.map(() => []);
  const visit = (item) => {
    if (seen.has(item)) return;
    seen.add(item);
    item.ins.forEach((segment) => visit(segment.tail));
    fresh[item.rank].push(item);
  };
  for (const row of [...rows].reverse()) row.filter((item) => !item.outs.length).forEach(visit);
  rows.forEach((row, rank) => {
    row.splice(0, row.length, ...fresh[rank]);
    row.locked = row.some((item) => item.pin) && row.every((item) => item.leading || item.hint !== undefined);
    if (row.locked) row.sort((a, b) => a.hint - b.hint);
    row.sort((a, b) => Boolean(b.leading) - Boolean(a.leading));
    number(row);
  });

  let best = { crossings: crossings(rows), rows: rows.map((row) => [...row]) };
  const small = rows.reduce((sum, row) => sum + row.length, 0) < 3000;
  for (let round = 0, stale = 0; best.crossings && round < (small ? 16 : 8) && stale < 4; round++, stale++) {
    const forward = round % 2 === 0;
    for (const row of forward ? rows : [...rows].reverse()) sweep(row, forward, number);
    if (small && !forward) transpose(rows);
    const now = crossings(rows);
    if (now < best.crossings) [best, stale] = [{ crossings: now, rows: rows.map((row) => [...row]) }, -1];
  }
  best.rows.forEach((row, rank) => {
    rows[rank].splice(0, row.length, ...row);
    number(row);
  });
  return best.crossings;
}

function tailKey({ tail, tailAt }) {
  return tail.pos + tailAt / (tail.across + 1);
}

function headKey({ head, headAt }) {
  return head.pos + headAt / (head.across + 1);
}

/** Sort a row by the mean place of what each item is connected to; what is connected to nothing stays. */
function sweep(row, forward, number) {
  if (row.locked) return;
  const mean = (item) => {
    const keys = forward ? item.ins.map(tailKey) : item.outs.map(headKey);
    return keys.reduce((sum, key) => sum + key, 0) / keys.length;
  };
  const means = new Map(row.map((item) => [item, mean(item)]));
  const moving = row.filter((item) => !Number.isNaN(means.get(item))).sort((a, b) => means.get(a) - means.get(b));
  row.forEach((item, pos) => {
    if (!Number.isNaN(means.get(item))) row[pos] = moving.shift();
  });
  number(row);
}

/** Exchange neighbours as long as that spares crossings. */
function transpose(rows) {
  const spared = (left, right, key) => {
    let sum = 0;
    for (const a of left) for (const b of right) sum += Math.sign(key(a) - key(b));
    return sum;
  };
  for (let round = 0, moved = true; moved && round < 4; round++) {
    moved = false;
    for (const row of rows) {
      for (let i = 1; i < row.length && !row.locked; i++) {
        const [u, v] = [row[i - 1], row[i]];
        if (u.leading || spared(u.ins, v.ins, tailKey) + spared(u.outs, v.outs, headKey) <= 0) continue;
        [row[i - 1], row[i]] = [v, u];
        [v.pos, u.pos] = [i - 1, i];
        moved = true;
      }
    }
  }
}

function crossings(rows) {
  let sum = 0;
  for (const row of rows) {
    const pairs = row.flatMap((item) => item.outs.map((segment) => [tailKey(segment), headKey(segment)]));
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const heads = []; // of those before, in order
    for (const [, head] of pairs) {
      let [low, high] = [0, heads.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (heads[middle] <= head) low = middle + 1;
        else high = middle;
      }
      sum += heads.length - low;
      heads.splice(low, 0, head);
    }
  }
  return sum;
}

/** Let the edges of a box meet it side by side, in the order in which they come. */
function spreadPorts(rows, look) {
  const spread = (segments, at, key, item) => {
    const step = Math.min(look.port, (item.across - 14) / Math.max(1, segments.length - 1));
    [...segments]
      .sort((a, b) => key(a) - key(b))
      .forEach((segment, i) => (segment[at] = (i - (segments.length - 1) / 2) * step));
  };
  for (const item of rows.flat()) {
    if (item.point || item.frame || item.leading) continue;
    spread(item.ins, "headAt", tailKey, item);
    if (look.numbered || item.outs.some(({ back }) => back)) spread(item.outs, "tailAt", headKey, item);
  }
}

/** Each row as near as possible to its neighbours, by sweeps; then straighten long edges, and what nearly is so. */
function placeAcross(rows, look) {
  const gap = (a, b) => (a.point && b.point ? look.line : a.point || b.point ? look.pass : look.box);
  const apart = (a, b) => (a.across + b.across) / 2 + gap(a, b);
  for (const row of rows) {
    row.forEach((item, i) => (item.c = i ? row[i - 1].c + apart(row[i - 1], item) : 0));
    const middle = row.length ? row[row.length - 1].c / 2 : 0;
    row.forEach((item) => (item.c -= middle));
  }
  for (let round = 0; round < 10; round++) {
    const both = round >= 3;
    for (const row of rows) settle(row, true, both, apart);
    for (const row of [...rows].reverse()) settle(row, both, true, apart);
  }
  const room = (item) => {
    const row = rows[item.rank];
    const [before, after] = [row[item.pos - 1], row[item.pos + 1]];
    return [before ? before.c + apart(before, item) : -Infinity, after ? after.c - apart(item, after) : Infinity];
  };
  for (const byHead of [true, false]) {
    for (const item of rows.flat()) {
      if (item.point && !item.ins.some(({ tail }) => tail.point)) straightenFrom(item, room, byHead);
    }
    for (const item of rows.flat()) if (!item.point) nudge(item, room);
  }
}

/** What moves an item: an edge pulls its ends to one height, a long one most, that of a leaf least. */
function pull({ tail, head }) {
  return tail.point && head.point ? 8 : tail.ins.length || tail.point || tail.frame ? 3 : 1;
}

/** The places nearest to those wished for, in the sum of squares: neighbours that would overlap move as one. */
function settle(row, byIns, byOuts, apart) {
  const blocks = [];
  let offset = 0;
  row.forEach((item, i) => {
    if (i) offset += apart(row[i - 1], item);
    let [sum, weight] = [item.c * 0.001, 0.001];
    for (const segment of byIns ? item.ins : []) {
      weight += pull(segment);
      sum += pull(segment) * (segment.tail.c + segment.tailAt - segment.headAt);
    }
    for (const segment of byOuts ? item.outs : []) {
      weight += pull(segment);
      sum += pull(segment) * (segment.head.c + segment.headAt - segment.tailAt);
    }
    let block = { sum: sum - weight * offset, weight, items: [[item, offset]] };
    const last = () => blocks[blocks.length - 1];
    while (blocks.length && last().sum / last().weight > block.sum / block.weight) {
      const before = blocks.pop();
      before.items.push(...block.items);
      block = { sum: before.sum + block.sum, weight: before.weight + block.weight, items: before.items };
    }
    blocks.push(block);
  });
  for (const { sum, weight, items } of blocks) for (const [item, at] of items) item.c = sum / weight + at;
}

/** Put the points of a long edge at one height, as many in a row as there is room for. */
function straightenFrom(first, room, byHead) {
  let run = [];
  let [low, high] = [-Infinity, Infinity];
  const flush = () => {
    const before = run[0].ins[0];
    const after = run[run.length - 1].outs[0];
    const wishes = [];
    if (after) wishes.push(after.head.c + after.headAt);
    if (before) wishes.push(before.tail.c + before.tailAt);
    if (!byHead) wishes.reverse();
    wishes.push(run.reduce((sum, item) => sum + item.c, 0) / run.length);
    const fitting = wishes.find((wish) => low <= wish && wish <= high);
    const place = fitting ?? Math.min(Math.max(wishes[wishes.length - 1], low), high);
    for (const item of run) item.c = place;
  };
  for (let item = first; item; item = item.outs.map(({ head }) => head).find((head) => head.point)) {
    const [from, to] = room(item);
    if (run.length && Math.max(low, from) > Math.min(high, to)) {
      flush();
      [run, low, high] = [[], -Infinity, Infinity];
    }
    run.push(item);
    [low, high] = [Math.max(low, from), Math.min(high, to)];
  }
  flush();
}

/** Move a box a little if that makes an edge straight, and makes no other crooked. */
function nudge(item, room) {
  const moves = [
    ...item.ins.map((segment) => segment.tail.c + segment.tailAt - segment.headAt - item.c),
    ...item.outs.map((segment) => segment.head.c + segment.headAt - segment.tailAt - item.c),
  ];
  if (!moves.length || moves.some((move) => Math.abs(move) < 0.01)) return;
  const move = moves.reduce((least, other) => (Math.abs(other) < Math.abs(least) ? other : least));
  const [low, high] = room(item);
  if (Math.abs(move) <= 12 && low <= item.c + move && item.c + move <= high) item.c += move;
}

function breadth(rows) {
  const items = rows.flat();
  const top = Math.min(...items.map((item) => item.c - item.across / 2));
  for (const item of items) item.c -= top;
  return Math.max(...items.map((item) => item.c + item.across / 2));
}

/** Give each row its place along, further from the one before where edges are steep; the answer is the length. */
function placeAlong(rows, look) {
  let end = 0;
  rows.forEach((row, rank) => {
    if (rank) {
      const segments = rows[rank - 1].flatMap((item) => item.outs);
      const steepest = Math.max(0, ...segments.map((s) => Math.abs(s.head.c + s.headAt - s.tail.c - s.tailAt)));
      const border = [row, rows[rank - 1]].some((some) => some.every((item) => item.pin));
      row.free = !border; // there is room for a number at an edge
      end += border ? (steepest < 0.5 ? 10 : 24) : look.rank;
      end += Math.min(80, 0.15 * Math.max(0, steepest - 40));
      if (look.numbered && !border) end += Math.min(80, 6 * Math.max(0, segments.length - 4));
    }
    const length = Math.max(...row.map((item) => item.along));
    const framed = row.some((item) => item.frame);
    for (const item of row) {
      item.m = end + (length - item.along) * (framed && !item.ins.length ? 1 : 0.5);
      item.row = { start: end, end: end + length, free: row.free };
    }
    end += length;
  });
  return end;
}

const TIP = 5; // how far before an item a curve ends, so that the arrow's head is straight

/** The points of a link: straight past items, a curve between ranks. `free` is true where such a curve begins. */
function route({ segments }) {
  const points = [];
  segments.forEach(({ tail, head, tailAt, headAt, back }, i) => {
    if (!i) points.push([tail.m + tail.along, tail.c + tailAt, false]);
    points.push([tail.row.end + TIP * Boolean(back && !i && !tail.pin), tail.c + tailAt, Boolean(head.row.free)]);
    const last = i === segments.length - 1;
    points.push([head.row.start - TIP * Boolean(!back && last && !head.pin), head.c + headAt, false]);
    if (last) points.push([head.m, head.c + headAt, false]);
  });
  return points;
}
