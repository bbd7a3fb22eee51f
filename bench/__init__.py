"""Measurements of the product. They print figures and judge nothing."""
