"""What of a graph is shown: scopes as frames, what is alike as one, and never more than fits."""

from __future__ import annotations

import pytest

from autograd import Value, draw, scope, softmax
from autograd.drawing.folding import ALIKE, LIMIT, MANY_LEAVES
from autograd.drawing.groups import Group
from autograd.drawing.outline import Outline
from nn import MLP, Neuron, Parameter, hinge_loss


def outline(root: Value, depth: int | None = None, expand=(), fold: bool = True) -> Outline:
    return Outline([root], depth, expand, fold)


def shown(seen: Outline) -> list[str]:
    """The names of the boxes."""
    boxes = dict.fromkeys(seen.visible().values())
    return [box.name if isinstance(box, Group) else seen.names[box] for box in boxes]


def frames(seen: Outline) -> list[str]:
    return [
        group.path() or group.name for group in seen.top.groups() if group.open and all(g.open for g in group.around())
    ]


def inputs(n: int = 2) -> list[Value]:
    return [Value(i + 0.5, label=f"x{i + 1}") for i in range(n)]


def test_scopes_are_frames() -> None:
    x, y = inputs()
    with scope("outer"):
        u = x * y
        with scope("inner"):
            v = u + 1
    seen = outline(v * 2)
    assert frames(seen) == ["outer", "outer.inner"]
    assert [(group.name, len(group.items)) for group in seen.top.groups()] == [("outer", 2), ("inner", 2)]
    assert shown(seen) == ["x1", "x2", "v1", "1", "v2", "2", "v3"]


def test_functions_are_one_box_unless_expanded() -> None:
    logits = inputs(3)
    loss = -softmax(logits)[0].log()
    seen = outline(loss)
    assert shown(seen) == ["x1", "x2", "x3", "softmax", "v8", "v9"]
    assert [seen.names[node] for node in next(seen.top.groups().__iter__()).outputs] == ["v7"]
    assert len(shown(outline(loss, expand=["softmax"]))) == len(seen.nodes) == 12


def test_what_is_alike_and_side_by_side_is_one_box() -> None:
    model = MLP(2, [4, 3, 1], seed=0)
    out = model(inputs())
    assert shown(outline(out)) == ["neuron × 4", "x1", "x2", "neuron × 3", "w0", "weighted sum", "b", "w1", "w2"]
    unfolded = shown(outline(out, depth=2, fold=False))
    assert sorted(name for name in unfolded if "neuron" in name) == [f"neuron {i}" for i in (1, 1, 1, 2, 2, 3, 3, 4)]


def test_fewer_are_all_shown() -> None:
    assert ALIKE == 3
    seen = outline(MLP(2, [2, 1], seed=0)(inputs()), depth=2)
    assert shown(seen) == ["neuron 1", "x1", "x2", "neuron 1", "neuron 2"]


def test_unlike_groups_are_not_folded() -> None:
    xs = inputs(6)

    def block(name: str, x: Value, twice: bool = False) -> Value:
        with scope(name):
            return x.tanh().tanh() if twice else x.tanh() * 2

    named = [block(name, x) for name, x in zip(["key", "query", "value"], xs)]
    shaped = [block(f"block {i}", x, twice=i == 2) for i, x in enumerate(xs[3:], 1)]
    seen = shown(outline(sum(named[1:], named[0]) + sum(shaped[1:], shaped[0]), depth=1))
    assert [name for name in seen if name[0] in "bkqv" and not name.startswith("v1")][:6].count("× 3") == 0
    assert {"key", "query", "value", "block 1", "block 2", "block 3"} <= set(seen)


def test_a_chain_of_like_groups_is_not_folded() -> None:
    (x,) = inputs(1)
    for _ in range(4):
        with scope("step"):
            x = x * 2
    assert shown(outline(x, depth=1)) == ["x1", "step 1", "step 2", "step 3", "step 4"]


def test_parameters_stand_where_they_are_used_and_inputs_outside() -> None:
    seen = outline(Neuron(2, seed=0)(inputs()))
    homes = {seen.names[node]: group.name for node, group in seen.homes.items() if not node.args}
    assert homes == {"w0": "Neuron", "x1": "", "b": "Neuron", "w1": "Neuron", "x2": ""}


def test_depth_counts_the_levels_inside_a_whole_model() -> None:
    out = MLP(2, [3, 2, 1], seed=0)(inputs())
    assert shown(outline(out, depth=1)) == ["layer 1", "x1", "x2", "layer 2", "layer 3"]
    (x,) = inputs(1)
    for name in ("layer 1", "layer 2"):
        with scope(name), scope("inner"):
            x = x.tanh()
    assert shown(outline(x, depth=1)) == ["x1", "layer 1", "layer 2"]
    assert shown(outline(x, depth=2)) == ["x1", "inner", "inner"]
    assert shown(outline(x, depth=3)) == ["x1", "v1", "v2"]


def test_expanding_opens_the_first_of_that_name_and_what_is_around_it() -> None:
    out = MLP(2, [4, 4, 1], seed=0)(inputs())
    seen = outline(out, depth=1, expand=["layer 2.neuron 3"])
    assert frames(seen) == ["MLP", "MLP.layer 2", "MLP.layer 2.neuron 3"]
    assert [name for name in shown(seen) if "neuron" in name] == ["neuron × 3"]
    with pytest.raises(
        ValueError, match=r"there is no scope 'layer 9' in this graph to expand; there are: 'MLP', 'MLP\.l"
    ):
        outline(out, expand=["layer 9"])
    with pytest.raises(ValueError, match="there are: none"):
        outline(Value(1.0), expand=["layer"])


def test_expanding_all_shows_every_node() -> None:
    X = [inputs() for _ in range(10)]
    model = MLP(2, [4, 1], seed=0)
    loss = hinge_loss([model(x) for x in X], [1] * 10)
    seen = outline(loss, expand="all")
    assert len(shown(seen)) == len(seen.nodes) > LIMIT


def test_a_batch_shows_its_first_sample() -> None:
    model = MLP(2, [4, 1], seed=0)
    loss = hinge_loss([model(inputs()) for _ in range(10)], [1] * 10)
    seen = outline(loss)
    assert shown(seen) == ["parameters × 17", "inputs × 20", "neuron × 4", "weighted sum", "hinge_loss", "MLP × 9"]
    assert frames(seen) == ["MLP × 10", "MLP 1", "MLP 1.layer 1", "MLP 1.layer 2", "MLP 1.layer 2.neuron 1"]


def test_scopes_of_one_name_are_numbered_as_they_were_made() -> None:
    (x,) = inputs(1)
    parts = []
    for factor in (2.0, 3.0, 4.0):
        with scope("part"):
            parts.append(x * factor)
    last_first = parts[2] - (parts[1] - parts[0])
    assert shown(outline(last_first, depth=1, fold=False)) == ["x1", "part 3", "part 2", "part 1", "v4", "v5"]
    seen = outline(last_first)
    assert frames(seen) == ["part × 3", "part 1"]
    assert [node.data for node in seen.homes if seen.homes[node].name == "part 1"] == [2.0, 1.0]
    assert [group.name for group in seen.top.groups()] == ["part × 3", "part 1", "part × 2", "part 2", "part 3"]


def test_nothing_is_folded_unasked() -> None:
    model = MLP(2, [4, 1], seed=0)
    losses = hinge_loss([model(inputs()) for _ in range(3)], [1] * 3)
    assert not any("×" in name for name in shown(outline(losses, depth=1, fold=False)))


def test_a_batch_of_a_large_model_has_one_box_for_each_layer() -> None:
    model = MLP(2, [16, 16, 1], seed=0)  # more parameters than fit into one picture
    loss = hinge_loss([model(inputs()) for _ in range(10)], [1] * 10)
    boxes = shown(outline(loss, depth=1))
    assert boxes == ["parameters × 337", "inputs × 20", "layer 1", "layer 2", "layer 3", "hinge_loss", "MLP × 9"]


def test_labels_need_to_differ_only_within_a_frame() -> None:
    seen = outline(MLP(1, [2, 1], seed=0)(inputs(1)), expand="all")
    assert sorted(name for node, name in seen.names.items() if node.parameter) == [
        "b",
        "b",
        "b",
        "w0",
        "w0",
        "w0",
        "w1",
    ]
    x, twin = Value(1.0, label="x"), Value(2.0, label="x")
    assert list(outline(x * twin).names.values()) == ["x", "x_2", "v1"]


@pytest.mark.parametrize("length", [LIMIT // 2 + 1, 1_000, 20_000])
def test_long_graphs_are_cut_where_they_are_far_from_the_output(length: int) -> None:
    x = y = Value(0.5, label="x")
    for _ in range(length):
        y = (y + x).tanh()
    seen = outline(y)
    boxes = list(dict.fromkeys(seen.visible().values()))
    assert len(boxes) <= LIMIT and y in boxes and x in boxes and y.args[0].args[0] in boxes
    (distant,) = (box for box in boxes if isinstance(box, Group))
    assert len(list(distant.nodes())) == len(seen.nodes) - len(boxes) + 1
    assert all(len(group.items) <= LIMIT for group in seen.top.groups())
    assert sorted(map(id, seen.top.nodes())) == sorted(map(id, seen.nodes))


def test_what_is_wanted_is_shown_however_distant() -> None:
    y = Value(0.5, label="x")
    with scope("far away"):
        y = y.tanh()
    for _ in range(2_000):
        y = (y + 1.0).tanh()
    assert "far away" not in shown(outline(y)) and "far away" in frames(outline(y, expand=["far away"]))


def test_wide_graphs_are_cut_too() -> None:
    total = sum((Value(float(i)) * Value(1.0) for i in range(1_000)), Value(0.0))
    assert len(shown(outline(total))) <= LIMIT
    many = [Parameter(1.0, label=f"w{i}") for i in range(MANY_LEAVES + 1)]
    with scope("sum"):
        total = sum(many[1:], many[0])
    assert len(shown(outline(total, depth=1))) == 1


def test_edges_join_what_is_visible() -> None:
    x, y = inputs()
    with scope("inner", closed=True):
        u = x * y + x
    seen = outline(u * u + u)
    lines = [
        (*(seen.names.get(end, getattr(end, "name", "")) for end in edge[:2]), [position for _, position in edge.uses])
        for edge in seen.edges()
    ]
    assert lines == [
        ("x1", "inner", [0, 1]),
        ("x2", "inner", [1]),
        ("inner", "v3", [0, 1]),
        ("v3", "v4", [0]),
        ("inner", "v4", [1]),
    ]


def test_groups_in_a_circle_are_drawn() -> None:
    def inner():
        with scope("group"):
            yield x.tanh()
            yield z + y

    (x,) = inputs(1)
    parts = inner()
    y = next(parts)
    z = Value(2.0) * 2
    z._scope = ""  # as if made elsewhere, between the two
    z.args[0]._scope = ""
    z = (y * z).tanh()
    z._scope = z.args[0]._scope = ""
    root = next(parts)
    seen = outline(root, depth=1)
    (group,) = (item for item in seen.top.items if isinstance(item, Group))
    ways = {(start, end) for start, end, _ in seen.edges()}
    assert any(start is group for start, _ in ways) and any(end is group and start.args for start, end in ways)
    assert draw(root, depth=1).svg.count("<svg") == 1 and draw(root).svg.count("<svg") == 1


def test_the_caption_says_how_to_see_more() -> None:
    out = MLP(2, [4, 1], seed=0)(inputs())
    assert draw(inputs()[0] * 2).caption == "a graph of 3 nodes"
    assert draw(out, depth=1).caption == (
        "a graph of 47 nodes, 45 of them in 2 closed boxes; in draw, expand=['MLP.layer 1'] opens one, "
        'expand="all" opens everything'
    )


@pytest.mark.parametrize(
    "options, message",
    [
        ({"depth": 0}, "depth is a number of levels from 1 on, got 0"),
        ({"depth": 1.5}, "depth is a number of levels from 1 on, got 1.5"),
        ({"expand": "layer 1"}, r"expand is a list of names of scopes, such as \['layer 1'\], or 'all'"),
    ],
)
def test_options_are_checked(options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(Value(1.0), **options)
