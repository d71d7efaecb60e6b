"""Run the `beatway` command with `python -m app.cli`."""

from app.cli import main

main()
