"""Tests in three tiers: `unit` (no database), `integration` (real servers), `acceptance` (from outside)."""
