"""All documented API errors, with their exact status and body."""

from collections.abc import Iterable, Mapping


class StartFailure(Exception):
    """The server can't start; the text says why, and what to do."""


class ApiError(Exception):
    """An error response: the HTTP status and the JSON body."""

    def __init__(self, status: int, body: Mapping[str, str]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = dict(body)


def unauthenticated() -> ApiError:
    """The key header is missing or empty, or its session has ended."""
    return ApiError(401, {"message": "Your request could not be authenticated."})


def restricted() -> ApiError:
    """The key is invalid, or may not use this resource."""
    return ApiError(403, {"message": "You are restricted from accessing this resource."})


def not_host_administrator() -> ApiError:
    """The account administers another host, or none; the text is what the vendor's SDK expects."""
    text = "This account is not an administrator for the relevant event host."
    return ApiError(403, {"error": text})


def outdated_client() -> ApiError:
    """`X-Client-Version` is missing or below the minimum."""
    return ApiError(412, {"error": "Please upgrade your client to complete this request"})


def no_endpoint(path: str) -> ApiError:
    """No endpoint has this path and method."""
    text = f"The requested endpoint {path} does not exist on this server."
    return ApiError(404, {"message": text})


def no_resource() -> ApiError:
    """The endpoint exists, the resource does not."""
    return ApiError(404, {"error": "There is presently no resource with the given URI."})


def server_fault() -> ApiError:
    """An internal server error; the spelling is the vendor's."""
    text = (
        "There was a server error while excuting this request. Please see system logs for details."
    )
    return ApiError(500, {"message": text})


def missing(names: Iterable[str]) -> ApiError:
    """Required arguments are absent or empty."""
    listed = ", ".join(names)
    text = f"The following arguments are required, but have not been supplied: {listed}."
    return ApiError(400, {"error": text})


def invalid(*names: str) -> ApiError:
    """Arguments are malformed."""
    text = f"The following arguments have invalid values: {', '.join(names)}."
    return ApiError(400, {"error": text})


def bad_request(text: str) -> ApiError:
    """Any other 400, with `text`."""
    return ApiError(400, {"error": text})


def conflict(noun: str, name: str) -> ApiError:
    """Another `noun` already has this value of `name`."""
    text = f"The following arguments conflict with those of another {noun}: {name}."
    return ApiError(409, {"error": text})


def in_use(noun: str) -> ApiError:
    """The resource can't be deleted, because others depend on it."""
    return ApiError(409, {"error": f"The requested {noun} is in use and cannot be deleted."})


def too_large() -> ApiError:
    """The request body is too large."""
    return ApiError(413, {"error": "The request body is too large."})


def page_beyond_last() -> ApiError:
    """The page is beyond the end of the collection."""
    text = "The specified page does not exist for the given records per page"
    return ApiError(404, {"error": text})


def page_not_positive() -> ApiError:
    """The page is below 1, or not a number."""
    return ApiError(404, {"error": "Please specify a positive integer page number"})
