"""Compiled functions on arrays: they know no classes, no models and no other state."""
