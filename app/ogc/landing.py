"""The landing page, what we conform to, and the definition of the API."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.ogc.answers import HTML, JSON, OPENAPI, answer, link, root_of, wants_html
from app.ogc.callers import Anybody
from app.ogc.definition import definition
from app.ogc.parameters import Parameters
from app.ogc.state import page, respond, words_of

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
SPEC = "http://www.opengis.net/spec/"
CONFORMANCE = (
    f"{SPEC}ogcapi-common-1/1.0/conf/core",
    f"{SPEC}ogcapi-common-1/1.0/conf/landing-page",
    f"{SPEC}ogcapi-common-1/1.0/conf/json",
    f"{SPEC}ogcapi-common-1/1.0/conf/html",
    f"{SPEC}ogcapi-common-1/1.0/conf/oas30",
    f"{SPEC}ogcapi-common-2/1.0/conf/collections",
    f"{SPEC}ogcapi-features-1/1.0/conf/core",
    f"{SPEC}ogcapi-features-1/1.0/conf/oas30",
    f"{SPEC}ogcapi-features-1/1.0/conf/html",
    f"{SPEC}ogcapi-features-1/1.0/conf/geojson",
    f"{SPEC}ogcapi-features-2/1.0/conf/crs",
    f"{SPEC}ogcapi-features-3/1.0/conf/queryables",
    f"{SPEC}ogcapi-features-3/1.0/conf/queryables-query-parameters",
    f"{SPEC}ogcapi-features-4/1.0/conf/create-replace-delete",
    f"{SPEC}ogcapi-features-4/1.0/conf/update",
    f"{SPEC}ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    f"{SPEC}ogcapi-features-4/1.0/conf/features",
    f"{SPEC}ogcapi-features-5/1.0/conf/schemas",
    f"{SPEC}ogcapi-features-5/1.0/conf/core-roles-features",
    f"{SPEC}ogcapi-features-5/1.0/conf/returnables-and-receivables",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/core",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/tileset",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/tilesets-list",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/mvt",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/oas30",
    f"{SPEC}tms/2.0/conf/tilematrixset",
    f"{SPEC}tms/2.0/conf/tilematrixsetlimits",
    f"{SPEC}tms/2.0/conf/json-tilematrixset",
    f"{SPEC}tms/2.0/conf/json-tilematrixsetlimits",
    f"{SPEC}tms/2.0/conf/tilesetmetadata",
    f"{SPEC}tms/2.0/conf/json-tilesetmetadata",
)


@router.api_route("/ogc", methods=READ)
async def landing(request: Request, _caller: Anybody) -> Response:
    """Tell what is here."""
    Parameters(request)
    words = words_of(request)[1]
    root = root_of(request)
    links = [
        link(f"{root}/api?f=json", "service-desc", OPENAPI, words["api"]),
        link(f"{root}/api?f=html", "service-doc", HTML, words["api"]),
        link(f"{root}/conformance?f=json", "conformance", JSON, words["conformance"]),
        link(f"{root}/conformance?f=html", "conformance", HTML, words["conformance"]),
        link(f"{root}/conformance", f"{REL}conformance", JSON, words["conformance"]),
        link(f"{root}/collections?f=json", "data", JSON, words["collections"]),
        link(f"{root}/collections?f=html", "data", HTML, words["collections"]),
        link(f"{root}/collections", f"{REL}data", JSON, words["collections"]),
        link(f"{root}/tiles?f=json", f"{REL}tilesets-vector", JSON, words["tiles"]),
        link(f"{root}/tiles?f=html", f"{REL}tilesets-vector", HTML, words["tiles"]),
        link(f"{root}/tileMatrixSets?f=json", f"{REL}tiling-schemes", JSON, words["tiles"]),
    ]
    data = {"title": words["title"], "description": words["lead"]}
    return respond(request, "/", JSON, data, template="ogc_landing.html", links=links)


@router.api_route("/ogc/", methods=READ)
async def landing_with_slash(request: Request, caller: Anybody) -> Response:
    """Tell the same: programs write the address either way."""
    return await landing(request, caller)


@router.api_route("/ogc/conformance", methods=READ)
async def conformance(request: Request, _caller: Anybody) -> Response:
    """List the conformance classes of the standards that are met."""
    Parameters(request)
    data: dict[str, Any] = {"conformsTo": list(CONFORMANCE)}
    return respond(request, "/conformance", JSON, data, template="ogc_conformance.html", links=[])


@router.api_route("/ogc/api", methods=READ)
async def api(request: Request, _caller: Anybody) -> Response:
    """Define the API, as OpenAPI 3.0."""
    Parameters(request)
    if wants_html(request, OPENAPI):
        return page(request, "ogc_api.html", {}, "/api")
    words = words_of(request)[1]
    return answer(request, definition(root_of(request), words["title"], words["lead"]), OPENAPI)
