"""The pages of the API itself: its schema, its documentation, and what stands where nothing is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Schema(SpectacularAPIView):
    """OpenAPI, as YAML or (?format=json) JSON."""


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from this machine, under the strict policy.

    Its script is a file of its own, and our template leaves out the <style> of drf-spectacular's.
    """

    template_name = "engage/api_docs.html"


@extend_schema(exclude=True)
class Nothing(APIView):
    """Any method, any address that is none of the API's."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        slash = "" if request.path.endswith("/") else _(" Every address of the API ends with a slash.")
        raise NotFound(_("There is nothing at this address.") + slash)

    def get(self, request: Request) -> Response:
        raise NotFound
