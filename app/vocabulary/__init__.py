"""Pure words and data: effects, categories, places, counts and periods. Imports nothing of ours."""
