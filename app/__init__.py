"""Beatway: routes what citizens tell the police to the officer who answers for the place."""
