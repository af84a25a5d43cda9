"""A site that serves the rows of a live model once more, by a plain `ModelViewSet`."""
