// The operations of autograd/ops.py. The elementary functions of browsers differ in the last bit from each other and
// from Python's: those that Python gets right, as a rule, are computed here from whole numbers, and rounded once.
const OPERATIONS = (() => {
  const view = new DataView(new ArrayBuffer(8));

  /** x as f·2^e with 1/2 <= |f| < 1. */
  function frexp(x) {
    if (x === 0 || !Number.isFinite(x)) return [x, 0];
    const [normal, shift] = Math.abs(x) < 2 ** -1022 ? [x * 2 ** 64, 64] : [x, 0];
    view.setFloat64(0, normal);
    const exponent = ((view.getUint16(0) >> 4) & 2047) - 1022;
    return [normal * 2 ** -exponent, exponent - shift];
  }

  // A whole number n stands for n/2^p.

  function fixed(x, p) {
    const [fraction, exponent] = frexp(x);
    return BigInt(fraction * 2 ** 53) << (p + BigInt(exponent - 53));
  }
  const size = (n) => n.toString(2).length;

  /** The float nearest to n/2^p, of two the even one. */
  function rounded(n, p) {
    const whole = n < 0n ? -n : n;
    const digits = BigInt(size(whole) - 53);
    const surplus = digits > p - 1074n ? digits : p - 1074n;
    if (surplus <= 0n) return Number(n) * 2 ** -Number(p);
    const kept = (whole + (1n << (surplus - 1n)) - 1n + ((whole >> surplus) & 1n)) >> surplus;
    return (n < 0n ? -1 : 1) * Number(kept) * 2 ** Number(surplus - p);
  }

  /** The square root, by Newton. */
  function root(n) {
    let r = 1n << BigInt((size(n) + 1) >> 1);
    for (let next; n && (next = (r + n / r) >> 1n) < r; ) r = next;
    return n && r;
  }

  /** artanh(1/n), or with a sign of -1 arctan(1/n), by Taylor, like all series here. */
  const P = 1400n; // enough to count the turns in 2^1023
  function inverse(n, sign) {
    let sum = 0n;
    for (let term = (1n << P) / n, k = 1n; term; term = (sign * term) / (n * n), k += 2n) sum += term / k;
    return sum;
  }
  const LN2 = 2n * inverse(3n, 1n);
  const PI = 16n * inverse(5n, -1n) - 4n * inverse(239n, -1n); // Machin

  /** cosh and sinh, or with a sign of -1 cos and sin. */
  function series(r, p, sign) {
    const sums = [0n, 0n];
    for (let term = 1n << p, k = 0n; term; ) {
      sums[k & 1n] += term;
      k += 1n;
      term = (term * r * (k & 1n ? 1n : sign)) / (k << p);
    }
    return sums;
  }

  /** exp(r/2^192) as n·2^k/2^192. */
  function power(r) {
    const ln2 = LN2 >> (P - 192n);
    const k = r / ln2;
    const [cosh, sinh] = series(r - k * ln2, 192n, 1n);
    return [cosh + sinh, k];
  }

  /** log x at p = 192, by a step from a guess y: y + log(1 + u) with u = x·exp(-y) - 1. */
  function logarithm(x) {
    const [fraction, exponent] = frexp(x);
    const y = fixed(Math.log(x), 192n);
    const [n, k] = power(-y);
    const u = ((BigInt(fraction * 2 ** 53) * n) >> (53n - BigInt(exponent) - k)) - (1n << 192n);
    return y + u - ((u * u) >> 193n);
  }

  /** cos x and sin x. */
  function circle(x, p) {
    const right = PI >> (P - p + 1n);
    const angle = fixed(x, p);
    const turns = (2n * angle + (x < 0 ? -right : right)) / (2n * right);
    const [c, s] = series(angle - turns * right, p, -1n);
    return [[c, s], [-s, c], [-c, -s], [s, -c]][turns & 3n];
  }
  const precision = (x) => 192n + BigInt(Math.abs(frexp(x)[1]));

  function ofAngle(x, pick) {
    const p = precision(x);
    return Number.isFinite(x) ? rounded(pick(...circle(x, p), p), p) : NaN;
  }

  /** An angle, by a step from a guess, which is the answer if it is 0 or nan. */
  function angle(guess, step) {
    const p = precision(guess);
    return guess && rounded(fixed(guess, p) + step(...circle(guess, p), p), p);
  }

  function erf(x) {
    if (!(Math.abs(x) < 6)) return Math.sign(x);
    const p = 108n + precision(x);
    const X = fixed(x, p);
    let sum = 0n;
    for (let term = 2n * X, k = 1n; term; k += 1n) {
      sum += term / (2n * k - 1n);
      term = (-term * X * X) / (k << (2n * p));
    }
    return x && rounded((sum << p) / root((PI >> (P - p)) << p), p);
  }

  function exp(x) {
    if (!(Math.abs(x) < 750)) return Math.exp(x);
    const [n, k] = power(fixed(x, 192n));
    return rounded(n, 192n - k);
  }
  const log = (x) => (x > 0 && x < Infinity ? rounded(logarithm(x), 192n) : Math.log(x));
  const log2 = (x) => (x > 0 && x < Infinity ? rounded((logarithm(x) << P) / LN2, 192n) : Math.log2(x));
  function pow(x, y) {
    if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1; // in JavaScript nan
    if (!(Math.abs(y * Math.log(Math.abs(x))) < 750) || (x < 0 && y % 1)) return Math.pow(x, y); // 0, inf or nan
    const [n, k] = power((fixed(y, 1074n) * logarithm(Math.abs(x))) >> 1074n);
    return (x < 0 && y % 2 ? -1 : 1) * rounded(n, 192n - k);
  }
  function atan2(y, x) {
    if (!(y && x && Number.isFinite(y) && Number.isFinite(x))) return Math.atan2(y, x);
    const [Y, X] = [fixed(y, 1074n), fixed(x, 1074n)];
    return angle(Math.atan2(y, x), (c, s, p) => ((Y * c - X * s) << p) / (X * c + Y * s));
  }

  function hypot(...xs) {
    if (!xs.every(Number.isFinite)) return Math.hypot(...xs);
    return rounded(root(xs.reduce((total, x) => total + fixed(x, 1200n) ** 2n, 0n)), 1200n);
  }
  function sum(...xs) {
    const infinite = xs.filter((x) => !Number.isFinite(x));
    if (infinite.length) return infinite.reduce((x, y) => x + y);
    return rounded(xs.reduce((total, x) => total + fixed(x, 1074n), 0n), 1074n);
  }
  function mean(...xs) {
    const total = sum(...xs);
    if (Number.isFinite(total) || !xs.every(Number.isFinite)) return total / xs.length;
    return (sum(...xs.map((x) => x * 2 ** -64)) / xs.length) * 2 ** 64;
  }
  function prod(...xs) {
    let [mantissa, exponent] = [1, 0];
    for (const [fraction, shift] of xs.map(frexp)) {
      const [next, carry] = frexp(mantissa * fraction);
      [mantissa, exponent] = [next, exponent + shift + carry];
    }
    if (!mantissa || !Number.isFinite(mantissa)) return mantissa;
    return rounded(BigInt(mantissa * 2 ** 53), BigInt(53 - exponent));
  }

  // From here on the formulas of autograd/ieee.py and autograd/precise.py, which are explained there.

  const copysign = (size, x) => (x < 0 || Object.is(x, -0) ? -size : size);
  const maximum = (...xs) => (xs.some(Number.isNaN) ? NaN : xs.reduce((x, y) => (y > x ? y : x)));
  const minimum = (...xs) => (xs.some(Number.isNaN) ? NaN : xs.reduce((x, y) => (y < x ? y : x)));
  const clamp = (x, low, high) => minimum(maximum(x, low), high);
  const softplus = (x) => (x <= 0 ? 0 : x) + Math.log1p(exp(-Math.abs(x)));
  function cbrt(x) {
    if (x === 0 || !Number.isFinite(x)) return x;
    const third = copysign(pow(Math.abs(x), 1 / 3), x);
    return third - (third - x / (third * third)) / 3;
  }

  const highBits = (x) => (2 ** 27 + 1) * x - ((2 ** 27 + 1) * x - x);
  function product(x, y) {
    const [xy, x1, y1] = [x * y, highBits(x), highBits(y)];
    const [x2, y2] = [x - x1, y - y1];
    return [xy, x1 * y1 - xy + x1 * y2 + x2 * y1 + x2 * y2];
  }
  function added(x, y) {
    const total = x + y;
    const y1 = total - x;
    return [total, x - (total - y1) + (y - y1)];
  }
  function quotient(x, y, lost) {
    const found = x / y;
    const [back, rest] = product(found, y);
    return [found, (x - back - rest - found * lost) / y];
  }
  const together = ([found, rest]) => found + rest;

  function exp_difference(x, y) {
    const [difference, lost] = added(x, -y);
    const found = exp(difference);
    return found > 0 && found < Infinity ? found * (1 + lost) : found;
  }
  function tanh(x) {
    const far = Math.abs(x);
    if (!(far < 20)) return x === x ? copysign(1, x) : x;
    if (far < 0.55) {
      let fraction = 0;
      for (let k = 17; k > 1; k -= 2) fraction = (x * x) / (k + fraction);
      return copysign(together(quotient(far, ...added(1, fraction))), x);
    }
    const [found, rest] = quotient(2, ...added(exp(2 * far), 1));
    const [result, lost] = added(1, -found);
    return copysign(result + (lost - rest), x);
  }
  function sigmoid(x) {
    const small = exp(-Math.abs(x));
    if (!(small > 1e-300)) return x > 0 ? 1 : small;
    return together(quotient(x >= 0 ? 1 : small, ...added(1, small)));
  }
  function times_sigmoid(factor, x, lost) {
    if (x < -700) return factor * (exp(x + 64) * (1 + lost)) * exp(-64);
    const share = sigmoid(x);
    return factor * (share + share * (1 - share) * lost);
  }
  function bell(x) {
    const high = highBits(x);
    const found = exp((-high * high) / 2);
    return [found, found * Math.expm1((-(x - high) * (x + high)) / 2)];
  }
  const gaussian = (x) => (Math.abs(x) > 39 ? 0 : together(bell(x)));
  const [INV_SQRT_2PI, INV_SQRT_2PI_REST] = [0.3989422804014327, -2.49232720227773e-17];
  const SQUARES = Array.from({ length: 14 }, (_, i) => ((2 * i + 1) * (2 * i + 1) * (Math.PI * Math.PI)) / 100);
  const MIDPOINTS = SQUARES.map((s2) => [s2, (s2 * exp(-s2 / 2)) / 5]);
  const UPWARDS = 2 ** 64;
  function tail(x) {
    const parts = [INV_SQRT_2PI, INV_SQRT_2PI_REST, ...MIDPOINTS.map(([s2, weight]) => -weight / (x * x + s2))];
    const whole = sum(...parts);
    const [mills, rest] = quotient(whole, x, 0);
    const lost = rest + sum(...parts, -whole) / x;
    const [found, more] = bell(x).map((part) => UPWARDS * part);
    const [most, left] = product(found, mills);
    const pole = x < 10 ? UPWARDS / (1 + exp(10 * x)) : 0;
    return most + (left + (found * lost + more * mills) + pole);
  }
  function normal_cdf(x) {
    if (Math.abs(x) > 39) return Number(x > 0);
    if (Math.abs(x) >= 1) return x > 0 ? 1 - tail(x) / UPWARDS : tail(-x) / UPWARDS;
    let bend = 0;
    for (let k = 14; k > 0; k -= 1) bend = ((-x * x * (2 * k - 1)) / (2 * k * (2 * k + 1))) * (1 + bend);
    const [line, lost] = product(INV_SQRT_2PI, x);
    const [result, more] = added(0.5, line);
    return result + (more + (lost + INV_SQRT_2PI_REST * x + line * bend));
  }
  function gelu(x) {
    if (x < -39) return -0;
    return x < -37 ? (x * tail(-x)) / UPWARDS : x * normal_cdf(x);
  }
  const [GELU_SLOPE, GELU_CUBE] = [1.5957691216057308, 0.044715];
  function gelu_tanh(x) {
    if (Math.abs(x) > 39) return maximum(x, -0);
    const [square, lost_square] = product(x, x);
    const [bend, lost_bend] = product(GELU_CUBE, square);
    const [stretch, lost_stretch] = added(1, bend);
    const [inner, lost_inner] = product(x, stretch);
    const [outer, lost_outer] = product(GELU_SLOPE, inner);
    const lost = lost_bend + (GELU_CUBE * lost_square + 2.1960211427085595e-18 * square) + lost_stretch;
    return times_sigmoid(x, outer, lost_outer + GELU_SLOPE * (lost_inner + x * lost) - 9.96930880911092e-17 * inner);
  }

  // What Python tells more exactly among numbers, or of any number of arguments.

  function slope_of_pow(x, y) {
    if (y === 0) return 0;
    const [exponent, lost] = added(y, -1);
    const found = pow(x, exponent);
    if (!(x > 0 && x < Infinity)) return y * found;
    if (found === Infinity) return (y * pow(x, y)) / x;
    return y * (found + found * lost * log(x));
  }
  function slope_of_asin(x) {
    if (!(x * x < 1)) return 1 / Math.sqrt(1 - x * x);
    return rounded((1n << 384n) / root((1n << 384n) - fixed(x, 192n) ** 2n), 192n);
  }
  function slope_of_gelu_tanh(x) {
    const near = clamp(x, -40, 40);
    const u = GELU_SLOPE * (near + GELU_CUBE * near * near * near);
    return sigmoid(u) * (1 + near * sigmoid(-u) * GELU_SLOPE * (1 + 3 * GELU_CUBE * near * near));
  }
  function cosine(x, xs, out) {
    if (!(out > 0 && out < 2 ** -1000)) return x / (out === 0 ? 1 : out);
    return (x * 2 ** 100) / hypot(...xs.map((other) => other * 2 ** 100));
  }
  const share = (x, xs, out) => Number(x === out) / xs.filter((other) => other === out).length;

  return {
    ...{ pow, cbrt, exp, exp_difference, log, log2, atan2, hypot, tanh, gaussian, normal_cdf, erf, sigmoid, softplus },
    ...{ gelu, gelu_tanh, sum, mean, prod, maximum, minimum, clamp },
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div: (x, y) => x / y,
    neg: (x) => -x,
    sqrt: Math.sqrt,
    expm1: Math.expm1, // these are no more exact in Python
    log1p: Math.log1p,
    log10: Math.log10,
    sinh: Math.sinh,
    cosh: Math.cosh,
    asinh: Math.asinh,
    acosh: Math.acosh,
    atanh: Math.atanh,
    sin: (x) => x && ofAngle(x, (c, s) => s),
    cos: (x) => ofAngle(x, (c) => c),
    tan: (x) => x && ofAngle(x, (c, s, p) => (s << p) / c),
    asin: (x) => angle(Math.asin(x), (c, s, p) => ((fixed(x, p) - s) << p) / c),
    acos: (x) => angle(Math.acos(x), (c, s, p) => ((c - fixed(x, p)) << p) / s),
    atan: (x) => atan2(x, 1),
    log_sigmoid: (x) => -softplus(-x),
    silu: (x) => times_sigmoid(x, x, 0),
    relu: (x) => (x <= 0 ? 0 : x),
    leaky_relu: (x, slope) => (x > 0 ? x : slope * x),
    elu: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    hardswish: (x) => (-3 < x && x < 3 ? (x * (x + 3)) / 6 : maximum(x, -0)),
    hardtanh: clamp,
    abs: Math.abs,
    sign: (x) => (x === 0 ? 0 : Math.sign(x)),
    floor: Math.floor,
    ceil: Math.ceil,
    round: (x) => (Math.abs(x) < 2 ** 52 ? copysign(Math.abs(x) + 2 ** 52 - 2 ** 52, x) : x), // to even
    detach: (x) => x,
    gt: (x, y) => Number(x > y),
    ge: (x, y) => Number(x >= y),
    lt: (x, y) => Number(x < y),
    le: (x, y) => Number(x <= y),
    eq: (x, y) => Number(x === y),
    ne: (x, y) => Number(x !== y),
    where: (condition, x, y) => (condition !== 0 ? x : y),

    partial_of_pow: (position, [x, y], out) => (position ? out * log(x === 0 ? 1 : x) : slope_of_pow(x, y)),
    partial_of_asin: (position, [x]) => slope_of_asin(x),
    partial_of_acos: (position, [x]) => -slope_of_asin(x),
    partial_of_gelu_tanh: (position, [x]) => slope_of_gelu_tanh(x),
    partial_of_hypot: (position, xs, out) => cosine(xs[position], xs, out),
    partial_of_mean: (position, xs) => 1 / xs.length,
    partial_of_prod: (position, xs) => prod(...xs.filter((_, other) => other !== position)),
    partial_of_maximum: (position, xs, out) => share(xs[position], xs, out),
    partial_of_minimum: (position, xs, out) => share(xs[position], xs, out),
  };
})();
