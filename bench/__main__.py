"""Run every benchmark, one after the other."""

from bench import index, intake


def main() -> None:
    """Measure routing, then intake."""
    index.main()
    intake.main()


if __name__ == "__main__":
    main()
