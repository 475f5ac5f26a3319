#!/usr/bin/env python3
"""bench/shards.py: how evenly organizations lie on many nodes.

Organizations differ in size: the n-th largest makes 1/n^s of the largest one's
requests (Zipf). They are put on nodes in three ways, and what counts is the
hottest node: when it is full, the whole is, unless somebody moves.

	hash       by a hash of the organization
	pinned     the same, but the PINNED largest go, one after the other, to
	           the node with the least on it (a small directory)
	directory  all of them do

Prints, as Markdown, the hottest node's load as a multiple of the average, and
what that leaves: how many nodes' worth of work N nodes do. Deterministic; needs
nothing but Python. The figures are in doc/notes/006-scaling-out.md."""

import heapq
import random
import statistics

ORGANIZATIONS = 200_000
NODES = (10, 100, 1000)
EXPONENTS = (0.6, 0.8, 1.0)
PINNED = 2000
ROUNDS = 5  # of hashing, each with other hashes


def sizes(exponent):
    """Shares of the whole, the largest first."""
    weights = [n ** -exponent for n in range(1, ORGANIZATIONS + 1)]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def place(shares, nodes, by_hand, source):
    """The load of each node, where the first `by_hand` go to the emptiest."""
    loads = [0.0] * nodes
    for share in shares[by_hand:]:
        loads[source.randrange(nodes)] += share
    heap = [(load, node) for node, load in enumerate(loads)]
    heapq.heapify(heap)
    for share in shares[:by_hand]:
        load, node = heap[0]
        heapq.heapreplace(heap, (load + share, node))
    return [load for load, _ in heap]


def hottest(shares, nodes, by_hand):
    """As a multiple of the average; the median of some rounds."""
    rounds = 1 if by_hand == len(shares) else ROUNDS
    return statistics.median(
        max(place(shares, nodes, by_hand, random.Random(number))) * nodes
        for number in range(rounds))


def main():
    ways = {"hash": 0, "pinned": PINNED, "directory": ORGANIZATIONS}
    print("| exponent | nodes | largest organization | "
          + " | ".join(f"{way}: hottest / average | nodes' worth"
                       for way in ways) + " |")
    print("|" + "---|" * (3 + 2 * len(ways)))
    for exponent in EXPONENTS:
        shares = sizes(exponent)
        for nodes in NODES:
            cells = [f"{exponent}", f"{nodes:,}", f"{shares[0]:.2%}"]
            for by_hand in ways.values():
                factor = hottest(shares, nodes, by_hand)
                cells += [f"{factor:.2f}", f"{nodes / factor:,.0f}"]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
