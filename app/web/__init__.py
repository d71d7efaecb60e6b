"""The staff page and its static files."""
