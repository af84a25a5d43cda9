"""The REST API over the rows of published models: live ones, and those that the site registers."""
