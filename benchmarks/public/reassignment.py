"""The Google/ROADEF/EURO 2012 machine reassignment instances: a model file of whole numbers, and the machine of each process at the start.

Model file, all numbers one after the other: resources (transient flag, weight); machines (neighbourhood, location, capacity by
resource, safety capacity by resource, move cost by target machine); services (least number of locations, number of services they depend
on, these); processes (service, needs by resource, move cost); balances (two resources, target, then the weight); weights of process,
service and machine moves. Source: ROADEF/EURO challenge 2012, problem definition by Google.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.reassign.problem import Balance, Machine, Numbers, Process, Reassignment, Resource, Service, Weights
from packing.errors import Fault, ProblemError


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an instance: a cost, and whether somebody published a solution of it or it is only a lower bound."""

    cost: int
    bound: bool = False


PUBLISHED: dict[str, Known] = {
    "a1_1": Known(44_306_501),
    "a1_2": Known(777_532_896),
    "a1_3": Known(583_005_717),
    "a1_4": Known(242_387_530, bound=True),
    "a1_5": Known(727_578_309),
    "a2_1": Known(161),
    "a2_2": Known(720_671_548),
    "a2_3": Known(1_182_260_491),
    "a2_4": Known(1_680_368_578),
    "a2_5": Known(307_150_821),
}
"""The lowest figure we know for each instance of set A; docs/design/reassignment.md says where from. Not known to the search."""


class _Numbers:
    """The numbers of a file, taken in order; faults are collected, and a missing number reads as 0."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.faults = name, list[Fault]()
        self._next = 0
        self._all: list[int] = []
        for position, word in enumerate(text.split()):
            try:
                self._all.append(int(word))
            except ValueError:
                self.fault("wrong_type", f"number {position}", word, "This is not a whole number.", "Use the challenge's format.")
                self._all.append(0)
        self._short = False

    def fault(self, code: str, where: str, value: object, cause: str, action: str) -> None:
        self.faults.append(Fault(code, f"{self.name}: {where}", str(value), cause, action))

    def one(self, where: str, below: int | None = None) -> int:
        """The next number, which may not be negative, and must be below a limit if there is one."""
        if self._next >= len(self._all):
            if not self._short:
                self.fault("missing_field", where, "", "The file ends here.", "Complete the file.")
            self._short = True
            return 0
        value = self._all[self._next]
        self._next += 1
        if value < 0:
            self.fault("bad_number", where, value, "It is negative.", "Use a number of at least 0.")
            return 0
        if below is not None and value >= below:
            self.fault("bad_value", where, value, f"There are only {below} of them, counted from 0.", "Name one that exists.")
            return 0
        return value

    def several(self, number: int, where: str, below: int | None = None) -> Numbers:
        """The next numbers."""
        return tuple(self.one(f"{where}[{index}]", below) for index in range(number) if not self._short)

    def count(self, where: str) -> int:
        """How many things follow; 0 where the file cannot hold so many."""
        number = self.one(where)
        if number > len(self._all) - self._next:
            if not self._short:
                self.fault("missing_field", where, number, "The file does not have so many numbers left.", "Complete the file.")
            self._short = True
            return 0
        return number

    def end(self) -> None:
        """Nothing may be left."""
        if self._next < len(self._all) and not self.faults:
            left = len(self._all) - self._next
            self.fault("unknown_field", f"number {self._next}", self._all[self._next], f"{left} numbers are left over.", "Remove them.")


def parse(name: str, model: str, start: str) -> Reassignment:
    """A problem from the texts of its two files.

    Parameters
    ----------
    name : for messages.
    model, start : texts of the model file and of the file with the assignment at the start.

    Raises
    ------
    ProblemError : the texts are not of the format; every fault that was found.
    """
    numbers = _Numbers(f"{name} model", model)
    resources = tuple(
        Resource(bool(numbers.one(f"resources[{index}].transient", 2)), numbers.one(f"resources[{index}].weight"))
        for index in _range(numbers, "resources")
    )
    machines = _machines(numbers, len(resources))
    services = _services(numbers)
    processes = tuple(
        Process(
            numbers.one(f"processes[{index}].service", len(services)),
            numbers.several(len(resources), f"processes[{index}].takes"),
            numbers.one(f"processes[{index}].move_cost"),
        )
        for index in _range(numbers, "processes")
    )
    balances = tuple(
        Balance(
            numbers.one(f"balances[{index}].first", len(resources)),
            numbers.one(f"balances[{index}].second", len(resources)),
            numbers.one(f"balances[{index}].target"),
            numbers.one(f"balances[{index}].weight"),
        )
        for index in _range(numbers, "balances")
    )
    weights = Weights(numbers.one("weights.process"), numbers.one("weights.service"), numbers.one("weights.machine"))
    numbers.end()
    places = _Numbers(f"{name} assignment", start)
    assigned = places.several(len(processes), "start", len(machines)) if not numbers.faults else ()
    if not numbers.faults:
        places.end()
    if faults := [*numbers.faults, *places.faults]:
        raise ProblemError(faults)
    return Reassignment(resources, machines, services, processes, balances, weights, assigned)


def _range(numbers: _Numbers, where: str) -> range:
    return range(numbers.count(where))


def _machines(numbers: _Numbers, resources: int) -> tuple[Machine, ...]:
    count = numbers.count("machines")
    return tuple(
        Machine(
            numbers.one(f"machines[{index}].neighbourhood"),
            numbers.one(f"machines[{index}].location"),
            numbers.several(resources, f"machines[{index}].capacity"),
            numbers.several(resources, f"machines[{index}].safety"),
            numbers.several(count, f"machines[{index}].move_cost"),
        )
        for index in range(count)
    )


def _services(numbers: _Numbers) -> tuple[Service, ...]:
    count = numbers.count("services")
    found = []
    for index in range(count):
        spread = numbers.one(f"services[{index}].spread")
        needed = numbers.count(f"services[{index}].needs")
        found.append(Service(spread, numbers.several(needed, f"services[{index}].needs", count)))
    return tuple(found)


def names(folder: Path) -> list[str]:
    """Names of the instances of set A in a folder, without the small example a0."""
    found = sorted(path.stem.removeprefix("model_") for path in folder.rglob("model_a*.txt"))
    return [name for name in found if not name.startswith("a0")]


def read_instance(folder: Path, name: str) -> Reassignment:
    """One instance from ``model_NAME.txt`` and ``assignment_NAME.txt``, wherever below the folder.

    Raises
    ------
    ProblemError : a file is not there, is not text, or is not of the format.
    """
    texts, faults = [], []
    for kind in ("model", "assignment"):
        wanted = f"{kind}_{name}.txt"
        try:
            path = next(folder.rglob(wanted), folder / wanted)
            texts.append(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault("unreadable_file", wanted, "", f"It cannot be read: {type(error).__name__}.", "Name a folder that has it."))
    if faults:
        raise ProblemError(faults)
    return parse(name, *texts)
