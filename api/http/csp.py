"""What a page may load and run, told to the browser."""

from collections.abc import Sequence


def policy(script_hashes: Sequence[str] = (), image_origins: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers that let a page run our scripts and its own known ones, and no other."""
    scripts = " ".join(("'self'", *(f"'{digest}'" for digest in script_hashes)))
    images = " ".join(("'self'", "data:", *image_origins))
    rules = {
        "default-src": "'self'",
        "script-src": scripts,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": images,
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        "form-action": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{rule} {value}" for rule, value in rules.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
