// Arithmetic as people type it, such as 2*3 or 1 - 0.7**2: read from left to right, never run.

/** Its number; an Error that says what is accepted, if it is anything else. */
function calculate(text, operations) {
  const source = text.replaceAll("−", "-").replaceAll("·", "*").replaceAll("^", "**");
  const tokens = source.match(/(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[a-z]\w*|\*\*|\S/gi) ?? [];
  if (!tokens.length) throw new Error("Type a number such as 2.5, or arithmetic such as 2*3.");
  if (tokens.length > 200) throw new Error("That is too long; type a number or a little arithmetic.");
  let at = 0;
  const take = (...wanted) => (wanted.includes(tokens[at]) ? tokens[at++] : null);
  const fail = () => {
    const what = at < tokens.length ? `“${cut(tokens[at], 20)}” is not understood here` : "Something is missing";
    throw new Error(`${what}: type a number such as 2.5, or arithmetic such as 2*3.`);
  };

  const sum = () => {
    let x = product();
    for (let sign; (sign = take("+", "-")); ) x = sign === "+" ? x + product() : x - product();
    return x;
  };
  const product = () => {
    let x = factor();
    for (let sign; (sign = take("*", "/")); ) x = sign === "*" ? x * factor() : x / factor();
    return x;
  };
  const factor = () => {
    const sign = take("+", "-");
    if (sign) return sign === "-" ? -factor() : factor();
    const base = atom();
    return take("**") ? operations.pow(base, factor()) : base;
  };
  const atom = () => {
    if (take("(")) return closed(sum());
    const token = tokens[at] ?? "";
    if (/^[\d.]/.test(token) && Number.isFinite(Number(token))) return Number(tokens[at++]);
    if (token === "inf" || token === "nan") return asNumber(tokens[at++]);
    if (!Object.hasOwn(operations, token) || tokens[at + 1] !== "(") return fail();
    at += 2;
    const xs = [sum()];
    while (take(",")) xs.push(sum());
    return closed(operations[token](...xs));
  };
  const closed = (x) => (take(")") ? x : fail());

  const x = sum();
  return at === tokens.length ? x : fail();
}
