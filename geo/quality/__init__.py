"""Data quality: checks of the data in force and the findings they return."""
