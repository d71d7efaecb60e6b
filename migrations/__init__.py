"""The database's history, applied by `beatway db upgrade`."""
