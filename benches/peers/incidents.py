"""The incidents that every program is measured with: the same, byte for byte, as benches/connector makes."""

from __future__ import annotations

from collections.abc import Iterator

FIRST = 100_000_000

SITE = "https://incidents.example.com"


def incident(number: int) -> dict:
    """The incident with this number, as a source's client would hand it over."""
    return {
        "_type": "Incident",
        "id": f"INC{number}",
        "self": f"{SITE}/api/{number}",
        "title": "Disk of db-primary-1 is 91 % full and fills in an hour",
        "htmlUrl": f"{SITE}/accounts/acme/incidents/{number}",
        "number": number,
        "status": "resolved",
        "createdAt": "2020-02-21T12:00:00Z",
        "updatedAt": "2020-02-21T13:37:42Z",
    }


def incidents(count: int) -> Iterator[dict]:
    """As many of them, in the order of their numbers."""
    return map(incident, range(FIRST, FIRST + count))


def line(number: int) -> str:
    """The same as 343 bytes of JSON, as a source would send it."""
    return (
        f'{{"_type":"Incident","id":"INC{number}","self":"{SITE}/api/{number}",'
        '"title":"Disk of db-primary-1 is 91 % full and fills in an hour",'
        f'"htmlUrl":"{SITE}/accounts/acme/incidents/{number}","number":{number},"status":"resolved",'
        '"createdAt":"2020-02-21T12:00:00Z","updatedAt":"2020-02-21T13:37:42Z"}'
    )
