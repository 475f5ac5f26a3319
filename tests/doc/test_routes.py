"""
Routes: the tables in src/api and src/routes.c, api/openapi.yaml and doc/api.md
name the same ones.
"""

from __future__ import annotations

import re

import yaml

from harness.daemon import ROOT

ROUTE = re.compile(
    r'\.method = METHOD_([A-Z]+),\s*\.path = ((?:"[^"]+"\s*)+),')

# Routes that are the same at several places: a macro, and where it is used.
MEMBER = re.compile(
    r'\.method = METHOD_([A-Z]+),[\s\\]*\.path = path_(?: "([^"]+)")?')
PLACE = re.compile(r'\bROUTES_AT\(\s*"([^"]+)"')


def routes() -> set[tuple[str, str]]:
    """(method, path) as the program knows them."""
    files = [*(ROOT / "src/api").glob("*.c"), ROOT / "src/gate/check.c",
             ROOT / "src/routes.c"]
    texts = [file.read_text() for file in files]
    return {(method, "".join(re.findall(r'"([^"]+)"', path)))
            for text in texts for method, path in ROUTE.findall(text)} | \
        {(method, place + rest) for text in texts
         for place in PLACE.findall(text)
         for method, rest in MEMBER.findall(text)}


def described() -> set[tuple[str, str]]:
    document = yaml.safe_load((ROOT / "api/openapi.yaml").read_text())
    methods = {"get", "put", "post", "delete", "patch", "head", "options"}
    return {(method.upper(), path)
            for path, item in document["paths"].items()
            for method in item if method in methods}


def listed() -> set[tuple[str, str]]:
    """The table of doc/api.md, whose cells hold several methods or paths."""
    found = set()
    for line in (ROOT / "doc/api.md").read_text().splitlines():
        cells = line.split("|")
        if len(cells) < 4 or "`/v1/" not in cells[2]:
            continue
        for method in re.findall(r"`([A-Z]+)`", cells[1]):
            for path in re.findall(r"`/v1(/[^`]+)`", cells[2]):
                found.add((method, path))
    return found


def test_the_table_was_understood() -> None:
    assert ("POST", "/organization/invites") in routes()
    assert len(routes()) > 15


def test_openapi_describes_each_route_and_no_other() -> None:
    assert described() == routes()


def test_the_page_lists_each_route_of_the_api_and_no_other() -> None:
    api = {route for route in routes()
           if re.match(r"/(organization|projects|invitations|gate)\b",
                       route[1])}
    assert listed() == api
