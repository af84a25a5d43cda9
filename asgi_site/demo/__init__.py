"""Models in Python beside the live ones, for whoever tries the site out."""
