"""Request and response models: what the OpenAPI document describes."""
