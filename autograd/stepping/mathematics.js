// Formulas and numbers in MathML, which browsers set themselves, and in text. It stands on view.js.

/** What Python has sent: JSON has no inf and nan. */
function asNumber(x) {
  return typeof x === "string" ? { inf: Infinity, "-inf": -Infinity }[x] ?? NaN : x;
}

const MATHML = "http://www.w3.org/1998/Math/MathML";

function mathml(name, ...children) {
  return filled(document.createElementNS(MATHML, name), {}, children);
}

function formula(...parts) {
  const row = mathml("mrow");
  for (const part of parts.flat()) row.append(typeof part === "string" ? mathml("mo", part) : part);
  return row;
}

/** A letter with an index, as in w1 and W[0,1], or a word. */
function nameMath(name) {
  const [, letter, index, indices] = /^([^\W\d_])(?:_?(\d*)|\[([\d,]+)\])$/u.exec(name) ?? [];
  if (!letter) return mathml("mtext", cut(name, NAME_LENGTH));
  return index || indices ? mathml("msub", mathml("mi", letter), mathml("mn", index || indices)) : mathml("mi", letter);
}

/** A number, in brackets if it is negative and `inside` of a product or a sum. */
function numberMath(x, inside = false) {
  const [mantissa, exponent] = short(x).replace("-", "−").replace("inf", "∞").split("e");
  const parts = [mathml("mn", mantissa)];
  if (exponent) parts.push("·", mathml("msup", mathml("mn", "10"), mathml("mn", exponent.replace("-", "−"))));
  const brackets = inside && (mantissa.startsWith("−") || exponent);
  return brackets ? formula("(", ...parts, ")") : formula(...parts);
}

function derivativeMath(of, by) {
  return mathml("mfrac", formula("∂", nameMath(of)), formula("∂", nameMath(by)));
}

/** A formula from Python with its places, @0 for the first argument and @out for the result, filled in. */
function filledIn(template, fill) {
  const math = new DOMParser().parseFromString(template, "application/xml").documentElement;
  for (const place of math.querySelectorAll("mtext")) {
    if (place.textContent.startsWith("@")) place.replaceWith(fill(place.textContent.slice(1)));
  }
  return formula(...document.importNode(math, true).childNodes);
}

/** Equations under each other, aligned at their signs; an empty left side goes on with the one above. */
function equations(...lines) {
  const rows = lines.map(([left, sign, right]) => {
    const cells = [left ?? mathml("mrow"), mathml("mo", sign), right].map((part) => mathml("mtd", part));
    return mathml("mtr", ...cells);
  });
  const table = filled(mathml("mtable", ...rows), { displaystyle: "true", class: "equations" }, []);
  return filled(mathml("math", table), { display: "block" }, []);
}

// In text

/** A number as people and Python write it; null if it is none. */
function readNumber(text) {
  const plain = text.trim().replace("−", "-");
  if (/^[+-]?(inf|nan)$/.test(plain)) return asNumber(plain.replace("+", ""));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

function bracketed(x) {
  const digits = short(x);
  return digits.startsWith("-") ? `(${digits})` : digits;
}

/** Words in a sentence; of more than `most`, the first. */
function listed(words, most = Infinity) {
  if (words.length > most) words = [...words.slice(0, most - 1), `${words.length - most + 1} more`];
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

const ROOM = 62; // in a box, for a number such as -1.234e-10

// In a notebook

/** Answer what comes from Python, until the output is cleared. */
function listen(model, answers) {
  for (const [event, answer] of Object.entries(answers)) model.on(event, answer);
  return () => {
    for (const [event, answer] of Object.entries(answers)) model.off(event, answer);
  };
}
