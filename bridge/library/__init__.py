"""The watched folder: samples, presets and deliveries, written so that readers see whole files or nothing."""
