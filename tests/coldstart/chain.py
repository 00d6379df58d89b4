"""Second opinions that share no code with the library: LRU as a Markov chain, a node replayed request by request."""

from collections import defaultdict


def lru_chain(rates, sizes, capacity, rounds=4000):
    """Hit rate of each model without load times: the chain of recency orders of what is loaded, iterated to its stationary law."""
    total = sum(rates)
    law = {(): 1.0}
    for _ in range(rounds):
        following = defaultdict(float)
        for order, chance in law.items():
            for model, rate in enumerate(rates):
                following[_used(order, model, sizes, capacity)] += chance * rate / total
        change = sum(abs(following[each] - law.get(each, 0.0)) for each in following)
        law = dict(following)
        if change < 1e-13:
            break
    return [sum(chance for order, chance in law.items() if model in order) for model in range(len(rates))]


def _used(order, model, sizes, capacity):
    """Most recent first; what does not fit any more goes from the end."""
    order = (model, *(each for each in order if each != model)) if model in order else (model, *order)
    while sum(sizes[each] for each in order) > capacity:
        order = order[:-1]
    return order


def replay(requests, sizes, load_s, capacity):
    """Waits of (time, model) requests behind a first-come-first-served loader, by looking for the next event each time."""
    waits, loaded, pending = [None] * len(requests), [], []
    loading, done, at = None, float("inf"), 0
    while at < len(requests) or loading is not None:
        if loading is not None and (at == len(requests) or done <= requests[at][0]):
            for index in [index for index in range(at) if requests[index][1] == loading and waits[index] is None]:
                waits[index] = done - requests[index][0]
            loaded.append(loading)
            loading, now = None, done
        else:
            now, model = requests[at]
            if model in loaded:
                loaded.remove(model)
                loaded.append(model)
                waits[at] = 0.0
            elif model != loading and model not in pending:
                pending.append(model)
            at += 1
        if loading is None and pending:
            loading = pending.pop(0)
            while sum(sizes[each] for each in loaded) + sizes[loading] > capacity:
                loaded.pop(0)
            done = now + load_s[loading]
    return waits
