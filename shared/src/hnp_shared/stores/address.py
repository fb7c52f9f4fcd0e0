"""Addresses of stores, which hold no secret: those are in the environment alone. Pure."""

from urllib.parse import unquote, urlsplit

from hnp_shared.errors import InputError

SCHEMES = ("s3", "gs", "az", "file", "http", "https")
"""How an address may begin; the last two are read and never written."""

_EXPECTED = (
    "found no address of a store, expected s3://BUCKET/PATH, gs://BUCKET/PATH, "
    "az://CONTAINER/PATH, file:///FOLDER, or https://HOST/PATH to read"
)


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a store and no path.

    >>> is_address("s3://bucket/spine"), is_address("data/spine")
    (True, False)
    """
    return "://" in text


def checked(text: str) -> str:
    """Return an address as it is told apart from others, without a slash at its end.

    Raises:
        InputError: it is of no store we know, or holds what should be in the environment. The
            message repeats nothing of it.
    """
    try:
        parts = urlsplit(text)
        scheme, host = parts.scheme, parts.hostname
    except ValueError as error:
        raise InputError(_EXPECTED) from error
    if scheme not in SCHEMES:
        raise InputError(_EXPECTED)
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise InputError(
            "found a user, a password, a query or a fragment in the address, expected none: "
            "credentials are taken from the environment alone"
        )
    if scheme == "file":
        if host or not parts.path.strip("/"):
            raise InputError("found no folder in the address, expected file:///FOLDER")
    elif not host:
        raise InputError(_EXPECTED)
    if ".." in unquote(parts.path).split("/"):
        raise InputError("found .. in the address, expected none")
    return text.rstrip("/")


def refuse_read_only(address: str) -> None:
    """Refuse an address that nothing can be published to.

    Raises:
        InputError: it is one of the web, where two publishers cannot be told apart.
    """
    if address.startswith(("http://", "https://")):
        raise InputError(
            "found an http address, which is read and never written; "
            "expected s3://, gs://, az:// or file://"
        )
