"""Links to the next page: relative, or on the public URL of the service."""

import pytest

PATH = "/v1/areas?limit=1"


@pytest.mark.parametrize("public_url", [None, "https://grids.example/city"])
def test_links_start_with_the_public_url_and_never_with_the_host(
    app, client, settings, district, public_url
):
    app.state.settings = settings.model_copy(update={"public_url": public_url})
    response = client.get(PATH, headers={"Host": "attacker.example"})
    [link] = response.json()["links"]
    assert link["href"].startswith(f"{public_url or ''}/v1/areas?limit=1&cursor=")
    assert response.headers["link"] == f'<{link["href"]}>; rel="next"'
