"""The API's schema: complete, valid, with examples, and readable in a browser under our policy."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_it_is_valid_and_nothing_was_guessed(schema):
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    validate(json.loads(json.dumps(made)))


def test_every_address_of_the_api_is_in_it(schema):
    def addresses(resolver, prefix=""):
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from addresses(pattern, route)
            elif isinstance(pattern, URLPattern) and route.startswith("api/v1/"):
                yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)

    assert set(addresses(get_resolver())) == set(schema["paths"])


def test_every_board_address_has_examples_and_problems(schema):
    for name, operation in operations(schema):
        if not re.search(r"/(ideas|comments|queue)/", name):
            continue
        answers = operation["responses"]
        status, good = next((status, answer) for status, answer in answers.items() if status < "300")
        # 204 says all there is to say.
        assert status == "204" or good["content"]["application/json"]["examples"], name
        assert "404" in answers, name
        for status, answer in answers.items():
            if status >= "400":
                assert answer["content"]["application/problem+json"]["examples"], (name, status)
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"], name
            assert "400" in answers, name


def test_every_example_fits_its_shape(schema):
    """Each example has no field that the shape does not know, and every one that the shape requires."""
    shapes = schema["components"]["schemas"]
    for name, operation in operations(schema):
        contents = [answer.get("content", {}) for answer in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for content in contents:
            for media in content.values():
                reference = media["schema"].get("$ref", "").rpartition("/")[2]
                for example in media.get("examples", {}).values():
                    shape = shapes[reference]
                    extra = {"requires", "idea_status", "version"} if reference == "Problem" else set()
                    assert set(example["value"]) <= set(shape["properties"]) | extra, (name, reference)
                    if reference != "Problem":
                        assert set(shape.get("required", [])) <= set(example["value"]), (name, reference)


def test_the_schema_is_served(client):
    response = client.get("/api/schema/?format=json")
    assert response.status_code == 200
    assert json.loads(response.content)["info"]["title"] == "Engage"
    assert client.get("/api/schema/").headers["Content-Type"].startswith("application/vnd.oai.openapi")


def test_the_documentation_has_no_inline_script_or_style(client):
    response = client.get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"<style|style=|\son\w+=", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert response.headers["Content-Security-Policy"].count("unsafe") == 0
    script = re.findall(r'src="([^"]+)"', page)[-1].replace("&amp;", "&")
    assert client.get(script).headers["Content-Type"].startswith("application/javascript")
