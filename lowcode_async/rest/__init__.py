"""What every REST view of this package shares: who may ask, bodies, and how errors are told."""
