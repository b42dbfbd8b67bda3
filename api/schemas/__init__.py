"""Response and request models, as the OpenAPI document shows them."""
