"""A small GPT: it computes what microgpt does, learns names, and says what is wrong."""

import math
import random
import sys

import numpy as np
import pytest

from autograd import Value, draw, grad, gradcheck
from nn import GPT, Tokenizer, first_names, generate, train_gpt
from nn.gpt import attention, embedding, linear, rmsnorm, surprise

EMMA = [26, 4, 12, 12, 0, 26]
NAMES = ["anna", "emma", "otto", "tamara", "nat", "mona"]


def tiny(vocabulary: int = 8, context: int = 8, **sizes) -> GPT:
    return GPT(vocabulary, **{"width": 4, "heads": 2, **sizes}, context=context)


def hot(tokens: list[int], vocabulary: int) -> list[list[Value]]:
    return [[Value(float(place == token)) for place in range(vocabulary)] for token in tokens]


def numbers(xs) -> list[float]:
    return [float(x) for x in xs]


def test_the_parameters_are_those_of_the_recipe() -> None:
    model = GPT()
    rng = random.Random(42)
    assert [parameter.data for parameter in model.parameters()] == [rng.gauss(0, 0.08) for _ in range(4192)]
    paths = {path.rstrip("0123456789.") for path in model.state_dict()}
    block = {f"blocks.0.{name}" for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo", "mlp_fc")}
    assert paths == {"wte", "wpe", "lm_head", *block}
    assert model.blocks[0].mlp_fc2[15][63].label == "mlp_fc2[15][63]"
    assert repr(model) == "GPT(27, width=16, heads=4, context=16, blocks=1)  # 4192 parameters"


def test_before_training_it_guesses() -> None:
    model = GPT()
    assert model.loss(EMMA).data == pytest.approx(math.log(27), abs=0.2)
    for parameter in model.parameters():
        parameter.data = 0.0
    assert model.loss(EMMA).data == pytest.approx(math.log(27), rel=1e-15)


def test_the_pieces() -> None:
    assert numbers(rmsnorm([3.0, 4.0])) == pytest.approx([3 / math.sqrt(12.5), 4 / math.sqrt(12.5)], rel=1e-6)
    assert numbers(linear([1.0, 2.0], [[1.0, 0.5], [0.0, -1.0]])) == [2.0, -2.0]
    assert numbers(attention([1.0, 2.0], [[5.0, 5.0]], [[7.0, 8.0]])) == [7.0, 8.0]
    first, second = math.exp(math.sqrt(2)), math.exp(0)
    mixed = (first * 1 + second * 3) / (first + second)
    assert numbers(attention([1.0, 1.0], [[1.0, 1.0], [0.0, 0.0]], [[1.0], [3.0]])) == pytest.approx([mixed])
    assert surprise([1000.0, 0.0], 1) == 1000.0 and surprise([1000.0, 0.0], 0) == 0.0
    table = GPT(5, width=4, heads=1).wte
    assert embedding(3, table) == table[3] and numbers(embedding([0, 0, 0, 1.0, 0], table)) == numbers(table[3])


def test_gradients_are_what_the_numbers_say() -> None:
    assert gradcheck(GPT(3, width=2, heads=2, context=2, blocks=1).loss([2, 0, 1]))


@pytest.mark.parametrize("blocks", [1, 2])
def test_one_hot_rows_give_the_same_as_tokens(blocks: int) -> None:
    model, tokens = tiny(blocks=blocks), [7, 0, 3, 3, 7]
    loss, same = model.loss(tokens), model.loss(hot(tokens, 8))
    assert loss.data == same.data
    assert grad(loss, model.parameters()) == pytest.approx(grad(same, model.parameters()), rel=1e-12, abs=1e-16)
    assert model.loss(np.array(tokens)).data == model.loss(np.eye(8)[tokens]).data == loss.data


def test_later_tokens_do_not_change_earlier_logits() -> None:
    model = tiny(blocks=2)

    def logits(tokens: list[int]) -> list[list[float]]:
        keys, values = [[], []], [[], []]
        return [numbers(model(token, position, keys, values)) for position, token in enumerate(tokens)]

    one, other = logits([7, 1, 2, 3]), logits([7, 1, 5, 3])
    assert one[:2] == other[:2] and one[2] != other[2] and one[3] != other[3]


def test_a_token_is_drawn_as_a_row_of_boxes() -> None:
    boxes = draw(GPT().loss([26, 0]))
    for name in ("token and position", "rmsnorm", "linear × 3", "attention × 4", "residual", "relu", "surprise"):
        assert name in boxes.svg
    assert boxes.svg.count('class="node') < 20


def test_pytorch_gives_the_same() -> None:
    torch = pytest.importorskip("torch")
    model = GPT(seed=1)
    theta = {
        path: torch.tensor(np.array(matrix, dtype=float), requires_grad=True)
        for path, matrix in [*vars(model).items(), *vars(model.blocks[0]).items()]
        if isinstance(matrix, list) and isinstance(matrix[0], list)
    }

    def norm(x):
        return x * (x.square().mean(-1, keepdim=True) + 1e-5) ** -0.5

    x = norm(theta["wte"][EMMA[:-1]] + theta["wpe"][: len(EMMA) - 1])
    q, k, v = [
        (norm(x) @ theta[name].T).unflatten(-1, (4, 4)).transpose(0, 1) for name in ("attn_wq", "attn_wk", "attn_wv")
    ]
    attended = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    x = x + attended.transpose(0, 1).flatten(-2) @ theta["attn_wo"].T
    x = x + (norm(x) @ theta["mlp_fc1"].T).relu() @ theta["mlp_fc2"].T
    expected = torch.nn.functional.cross_entropy(x @ theta["lm_head"].T, torch.tensor(EMMA[1:]))
    expected.backward()
    loss = model.loss(EMMA)
    loss.backward()
    assert loss.data == pytest.approx(expected.item(), rel=1e-14)
    gradients = [parameter.grad for parameter in model.parameters()]
    wanted = np.concatenate([matrix.grad.numpy().ravel() for matrix in theta.values()])
    np.testing.assert_allclose(gradients, wanted, rtol=1e-9, atol=1e-15)


def test_training_is_that_of_microgpt() -> None:
    """Its loop over the parameters, as published."""
    model, other = tiny(), tiny()
    losses = train_gpt(model, NAMES, steps=9, compiled=False)
    tokenizer, docs = Tokenizer(NAMES), list(NAMES)
    random.Random(42).shuffle(docs)
    params = other.parameters()
    m, v = [0.0] * len(params), [0.0] * len(params)
    for step in range(9):
        loss = other.loss(tokenizer.encode(docs[step % len(docs)]))
        assert losses[step] == pytest.approx(loss.data, rel=1e-12)
        loss.backward()
        for i, p in enumerate(params):
            m[i] = 0.85 * m[i] + 0.15 * p.grad
            v[i] = 0.99 * v[i] + 0.01 * p.grad**2
            m_hat, v_hat = m[i] / (1 - 0.85 ** (step + 1)), v[i] / (1 - 0.99 ** (step + 1))
            p.data -= 0.01 * (1 - step / 9) * m_hat / (v_hat**0.5 + 1e-8)
            p.grad = 0.0
    assert model.state_dict() == pytest.approx(other.state_dict(), rel=1e-9, abs=1e-12)


def test_names_are_learned_and_made_up() -> None:
    model, tokenizer = tiny(), Tokenizer(NAMES)
    losses = train_gpt(model, NAMES, steps=48, lr=0.05, compiled=False)
    assert np.mean(losses[-6:]) < 1.2 < 1.6 < np.mean(losses[:6])
    rng = random.Random(0)
    names = [generate(model, tokenizer, seed=rng) for _ in range(10)]
    assert len(set(names)) > 1 and all(set(name) <= set("aemnort") and len(name) <= 8 for name in names)
    assert names[0] == generate(model, tokenizer, seed=0)


def test_temperature() -> None:
    model, tokenizer = tiny(vocabulary=3), Tokenizer("ab")
    cold = {generate(model, tokenizer, temperature=1e-3, seed=seed) for seed in range(5)}
    hot = {generate(model, tokenizer, temperature=100.0, seed=seed) for seed in range(5)}
    assert len(cold) == 1 and len(hot) > 1


@pytest.mark.parametrize("compiled", [False, True])
def test_an_interrupted_training_keeps_what_was_learned(compiled: bool) -> None:
    def stop(step: int, loss: float) -> None:
        if step == 2:
            raise KeyboardInterrupt

    model, other = tiny(), tiny()
    losses = train_gpt(model, NAMES, compiled=compiled, callback=stop)
    seen: list[tuple[int, float]] = []
    train_gpt(other, NAMES, compiled=compiled, callback=lambda *told: seen.append(told), steps=3)
    assert len(losses) == 3 and [step for step, _ in seen] == [0, 1, 2]
    assert model.state_dict() != tiny().state_dict()


def test_a_compiled_training_gives_the_same() -> None:
    model, other = tiny(), tiny()
    losses = train_gpt(model, NAMES, steps=12)
    assert losses == pytest.approx(train_gpt(other, NAMES, steps=12, compiled=False), rel=1e-9)
    assert model.state_dict() == pytest.approx(other.state_dict(), rel=1e-7, abs=1e-9)


def test_characters_are_tokens() -> None:
    tokenizer = Tokenizer(NAMES)
    assert tokenizer.characters == "aemnort" and tokenizer.bos == 7 and tokenizer.vocabulary == 8
    assert tokenizer.encode("emma") == [7, 1, 2, 2, 0, 7] and tokenizer.encode("") == [7, 7]
    assert all(tokenizer.decode(tokenizer.encode(name)) == name for name in NAMES)
    assert repr(tokenizer) == "Tokenizer('aemnort')  # 8 tokens"


def test_first_names() -> None:
    pytest.importorskip("names")
    names = first_names()
    assert len(names) == 5163 and names == sorted(set(names)) and "emma" in names and "james" in names
    assert Tokenizer(names).vocabulary == 27 and max(map(len, names)) < 16


def test_names_from_a_file(tmp_path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("Zoë\nanna \n\nanna\n", encoding="utf-8")
    assert first_names(file) == first_names(str(file)) == ["Zoë", "anna", "anna"]
    file.write_text("\n")
    with pytest.raises(ValueError, match=r"names.txt holds no names; a name in each line is expected"):
        first_names(file)


def test_without_the_package_names(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "names", None)
    with pytest.raises(ModuleNotFoundError, match="python -m pip install names; or the path of a file"):
        first_names()


ERRORS = {
    "no multiple": (lambda: GPT(width=10), ValueError, "10 is not a multiple of 4 heads"),
    "no width": (lambda: GPT(width=0), ValueError, "width is at least 1, got 0"),
    "half a head": (lambda: GPT(heads=0.5), TypeError, "heads is an integer, got float 0.5"),
    "token": (lambda: tiny().loss([7, 8]), ValueError, "a number from 0 to 7, or a one-hot row of 8 .* got 8"),
    "negative": (lambda: tiny().loss([-1, 0]), ValueError, "a number from 0 to 7, .* got -1"),
    "row": (lambda: tiny().loss([[1.0, 0.0], 3]), ValueError, r"a one-hot row of 8 numbers or Values; got \[1.0"),
    "fraction": (lambda: tiny().loss([1.5, 3]), ValueError, "a number from 0 to 7, .* got 1.5"),
    "short": (lambda: tiny().loss([6]), ValueError, "from 2 tokens or more, got 1"),
    "long": (lambda: tiny().loss([6] * 10), ValueError, r"2 to 9 tokens, got 10; cut .* tokens\[:9\], or .*context=9"),
    "position": (lambda: tiny()(0, 8, [[]], [[]]), ValueError, "positions from 0 to 7, got 8; .* context=9 or more"),
    "keys": (lambda: tiny()(0, 1, [[]], [[]]), ValueError, r"each of 1 tokens before; got lists of \[0\]: begin with"),
    "lists": (lambda: tiny()(0, 0, [], []), ValueError, "keys has a list for each of 1 blocks"),
    "texts": (lambda: Tokenizer([""]), ValueError, "made from texts, such as"),
    "character": (lambda: Tokenizer(NAMES).encode("eva"), ValueError, "knows 'aemnort'; character 1 of 'eva' is 'v'"),
    "decode": (lambda: Tokenizer(NAMES).decode([0, 8]), ValueError, "tokens from 0 to 7; token 1 is 8"),
    "vocabulary": (lambda: train_gpt(GPT(), NAMES), ValueError, r"this GPT has 27 tokens, but .* GPT\(8\)"),
    "long name": (lambda: train_gpt(tiny(8, 6), NAMES), ValueError, "up to 5 characters; 'tamara' has 6.*context=7"),
    "no names": (lambda: train_gpt(GPT(), []), ValueError, "made from texts"),
    "steps": (lambda: train_gpt(tiny(8), NAMES, steps=0), ValueError, "steps is at least 1, got 0"),
    "seed": (lambda: train_gpt(tiny(8), NAMES, seed="x"), TypeError, "seed is an integer, got str"),
    "temperature": (lambda: generate(tiny(8), Tokenizer(NAMES), 0), ValueError, "above 0, such as 0.5; got 0"),
    "other": (lambda: generate(GPT(), Tokenizer(NAMES)), ValueError, r"27 tokens, but Tokenizer.* GPT\(8\)"),
}


@pytest.mark.parametrize("wrong", ERRORS)
def test_errors(wrong: str) -> None:
    make, kind, message = ERRORS[wrong]
    with pytest.raises(kind, match=message):
        make()
