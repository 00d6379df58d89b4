"""Random mutations of a placement never crash the checker, and no mutated figure passes unseen."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from packing.domain.placement import Placement
from packing.verify import verify
from packing.verify.check import _verify

ODD = st.sampled_from(
    ["", "n1", "easy", "chats", "one-a", "lab.cpu", "mig-a", "multi_model", "optimal", 0, 1, -1, 7, 10**12, 0.5, None, (), [0], [[]], {}]
)


def paths(value, here=()):
    """Every place in nested plain data."""
    yield here
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*here, key))


def mutate(data, path, value, kind):
    *most, last = path
    for key in most:
        data = data[key]
    if kind == "drop":
        del data[last]
    elif kind == "repeat" and isinstance(data, list):
        data.append(deepcopy(data[last]))
    else:
        data[last] = deepcopy(value)  # the odd values are shared by all examples


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutations_never_crash(case, data):
    problem, placement = case.parsed()
    plain = placement.model_dump(mode="json", by_alias=True)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from([path for path in paths(plain) if path]))
        mutate(plain, path, data.draw(ODD), data.draw(st.sampled_from(["set", "drop", "repeat"])))
    try:
        mutated = Placement.model_validate(plain)
    except ValidationError:
        # Not even the form is right: build it around validation; the checker must still answer.
        assert not verify(problem, Placement.model_construct(**plain)).ok
    else:
        _verify(problem, mutated, None)  # without the safety net of `verify`: whatever has the right form is read in full
