"""X's errors, in X's shapes."""

from typing import Any

from django.http import HttpResponse, JsonResponse

ABOUT = "https://api.twitter.com/2/problems"


def _problem(body: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, content_type="application/problem+json")


def problem(status: int, title: str, detail: str = "") -> HttpResponse:
    """A refusal without a kind of its own."""
    return _problem(
        {"title": title, "detail": detail or title, "type": "about:blank", "status": status}, status
    )


def unauthorized() -> HttpResponse:
    """The token is not known, or no longer."""
    return problem(401, "Unauthorized")


def forbidden(detail: str) -> HttpResponse:
    """Understood, and not allowed."""
    return problem(403, "Forbidden", detail)


def not_found() -> HttpResponse:
    """No such address."""
    return problem(404, "Not Found")


def invalid(message: str, /, **parameters: Any) -> HttpResponse:
    """One parameter is wrong; it is named with what was sent. Dots in names are written as `__`."""
    named = {name.replace("__", "."): [str(value)] for name, value in parameters.items()}
    return _problem(
        {
            "errors": [{"parameters": named, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{ABOUT}/invalid-request",
            "status": 400,
        },
        400,
    )


def too_many() -> HttpResponse:
    """The newer body of a 429."""
    return problem(429, "Too Many Requests")


def too_many_code88() -> HttpResponse:
    """The older body of a 429."""
    return JsonResponse({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, status=429)


def server_error() -> HttpResponse:
    """Something broke on their side; whether the post was taken, nobody can tell from this."""
    return problem(500, "Internal Server Error", "Something is broken. Try again later.")


def unavailable() -> HttpResponse:
    """What a held call gets when nobody gave up before."""
    return problem(503, "Service Unavailable")


def missing(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """The entry of `errors`, under a 200, for something that is not there."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{ABOUT}/resource-not-found",
    }


def ok_with_errors() -> HttpResponse:
    """A 200 that carries errors and no data."""
    return JsonResponse(
        {
            "errors": [
                {
                    "title": "Service Unavailable",
                    "detail": "This part of the answer could not be had.",
                    "type": f"{ABOUT}/operational-disconnect",
                }
            ]
        }
    )
