"""The part of the OpenAPI document that follows the live models: paths and schemas of their rows."""
