"""What a person at a shell can ask for."""
