"""A tap that reads the same incidents as the connector, written as the documentation of singer-sdk shows it."""

from __future__ import annotations

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.pagination import OffsetPaginator


class IncidentsPaginator(OffsetPaginator):
    """Goes on for as long as the API says that there is more."""

    def has_more(self, response):
        return response.json()["more"]


class Incidents(RESTStream):
    """The incidents of an account."""

    name = "incidents"
    path = "/incidents"
    primary_keys = ("id",)
    records_jsonpath = "$.incidents[*]"
    page_size = 100
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("self", th.StringType, required=True),
        th.Property("status", th.StringType, required=True),
        th.Property("title", th.StringType, required=True),
        th.Property("number", th.IntegerType),
        th.Property("createdAt", th.DateTimeType, required=True),
        th.Property("htmlUrl", th.StringType),
    ).to_dict()

    @property
    def url_base(self):
        return self.config["base_url"]

    @property
    def http_headers(self):
        return {
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Authorization": f"Token token={self.config['api_token']}",
            "Content-Type": "application/json",
        }

    def get_new_paginator(self):
        return IncidentsPaginator(0, self.page_size)

    def get_url_params(self, context, next_page_token):
        return {"limit": self.page_size, "offset": next_page_token}

    def post_process(self, row, context=None):
        return {
            "id": row["id"],
            "self": row["self"],
            "status": row["status"],
            "title": row["title"],
            "number": row["incident_number"],
            "createdAt": row["created_at"],
            "htmlUrl": row["html_url"],
        }


class TapIncidents(Tap):
    """The tap."""

    name = "tap-incidents"
    config_jsonschema = th.PropertiesList(
        th.Property("base_url", th.StringType, required=True),
        th.Property("api_token", th.StringType, required=True, secret=True),
    ).to_dict()

    def discover_streams(self):
        return [Incidents(self)]


if __name__ == "__main__":
    TapIncidents.cli()
