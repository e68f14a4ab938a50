"""Stands in for the framework that Live brings for Remote Scripts."""
