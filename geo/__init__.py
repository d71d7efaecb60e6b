"""Rules about place: pure, without any input or output."""
