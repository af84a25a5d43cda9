"""The OpenAPI document: every path of the API, made from the views and from `FIELD_METADATA`."""
