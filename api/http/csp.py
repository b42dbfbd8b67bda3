"""Content Security Policy: what a page may load and run."""

from collections.abc import Sequence


def csp_headers(
    script_hashes: Sequence[str] = (), image_origins: Sequence[str] = ()
) -> dict[str, str]:
    """Return headers that allow a page our scripts, inline scripts by hash, and no others."""
    scripts = " ".join(("'self'", *(f"'{digest}'" for digest in script_hashes)))
    images = " ".join(("'self'", "data:", *image_origins))
    directives = {
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
        "Content-Security-Policy": "; ".join(
            f"{name} {value}" for name, value in directives.items()
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
