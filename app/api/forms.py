"""Uploads as the description of the API tells of them."""

from typing import Any

BYTES = {"type": "string", "format": "binary"}


def form(**fields: dict[str, Any]) -> dict[str, Any]:
    """Describe a form that has a file and perhaps more.

    Parameters
    ----------
    **fields : dict
        JSON Schema of each further field, or of the file.
    """
    schema = {"type": "object", "required": ["file"], "properties": {"file": BYTES} | fields}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
