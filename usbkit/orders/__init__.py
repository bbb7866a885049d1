"""Readiness of a country, its releases, its orders of drives, and the replies about them."""
