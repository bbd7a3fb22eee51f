"""Vocabulary as pure data: effects, categories, places, counts and periods."""
