"""How fast a message is sorted: by the rules, and by a model beside them, with the scored corpus.

Words that were met before are remembered, as they are in a running program; the first reading of
each message is told apart.
"""

import csv
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.triage_learned import Learned
from app.triage_sets import shipped
from app.triage_training import Label, train
from app.triage_words import Sorter

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
ROUNDS = 20
REACHED_US = 1000.0
# A corpus has three hundred messages; a model is made from as many as it takes.
TIMES = 2


def messages() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for name in ("triage_tuned.csv", "triage_held.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines)
    return rows


def took(work: Callable[[str], object], texts: Sequence[str], rounds: int) -> list[float]:
    """Return microseconds of each call."""
    spans = []
    for _ in range(rounds):
        for text in texts:
            began = time.perf_counter()
            work(text)
            spans.append((time.perf_counter() - began) * 1e6)
    return spans


def model(rows: Sequence[dict[str, str]], sorter: Sorter) -> Learned:
    labels = [
        Label(f"{turn}-{number}", row["text"], row["category"])
        for turn in range(TIMES)
        for number, row in enumerate(rows)
    ]
    return train(labels, sorter.rules).learned


def line(name: str, spans: Sequence[float]) -> None:
    cuts = statistics.quantiles(spans, n=100)
    print(f"  {name:<28} p50 {cuts[49]:7.0f} µs   p99 {cuts[98]:7.0f} µs")


def main() -> None:
    """Measure and print a table; end with a failure when a message takes too long."""
    rows = messages()
    texts = [row["text"] for row in rows]
    began = time.perf_counter()
    sorter = Sorter(shipped())
    print(
        f"triage of {len(texts)} messages; rules made ready in {time.perf_counter() - began:.2f} s"
    )
    line("rules, read for the first time", took(sorter.read, texts, 1))
    spans = took(sorter.read, texts, ROUNDS)
    line("rules", spans)
    learned = model(rows, sorter)
    line("model", took(learned.probabilities, texts, 3))
    long = " ".join(texts)
    line("rules, 20,000 characters", took(sorter.read, [long[:20_000]], ROUNDS))
    if statistics.median(spans) > REACHED_US:
        sys.exit("sorting a message takes too long")


if __name__ == "__main__":
    main()
