"""The REST API for staff: start upgrades, and see how they stand."""
