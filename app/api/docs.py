"""The API's documentation, without anything from elsewhere."""

from fastapi import APIRouter, Response

from app.web.files import VENDOR

router = APIRouter(include_in_schema=False)

SWAGGER = VENDOR / "swagger-ui"
FILES = "/static/vendor/swagger-ui"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'none'"
)
PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Beatway API</title>
<link rel="stylesheet" href="{FILES}/swagger-ui.css">
<main id="api"><p>The description of the API: <a href="/openapi.json">openapi.json</a></p></main>
<script src="{FILES}/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
START = """\
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
"""
PLAIN = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Beatway API</title>
<main><p>The description of the API: <a href="/openapi.json">openapi.json</a></p></main>
</html>
"""


@router.get("/docs")
async def docs() -> Response:
    """Answer with a page on which the API can be tried."""
    page = PAGE if SWAGGER.is_dir() else PLAIN
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """Answer with the script that starts it: the policy allows none within the page."""
    return Response(START, media_type="text/javascript")
