# The browser's scripts, bundled, and npm packages at the versions of package-lock.json.
FROM node:20-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY maps/frontend maps/frontend
RUN npm run build && npm prune --omit=dev

# The packages a running service needs, at the versions of requirements.lock.
FROM python:3.11-slim-bookworm AS packages
WORKDIR /app
RUN python -m venv .venv
COPY pyproject.toml requirements.lock ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > /tmp/needed.txt \
    && .venv/bin/pip install --no-cache-dir --constraint requirements.lock --requirement /tmp/needed.txt
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps --editable . \
    && .venv/bin/pip uninstall --yes pip \
    && find .venv -name tests -type d -prune -exec rm -rf {} +

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --uid 10001 gridward \
    && install --directory --owner gridward /var/lib/gridward
WORKDIR /app
COPY --from=packages /app /app
COPY --from=assets /app/node_modules node_modules
COPY --from=assets /app/maps/frontend/build maps/frontend/build
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GRIDWARD_HOME=/var/lib/gridward \
    GRIDWARD_HOST=0.0.0.0 \
    GRIDWARD_PORT=8000
USER gridward
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"GRIDWARD_PORT\"]}/readyz')"]
# There is no PostgreSQL in here: GRIDWARD_DATABASE_URL names the one to use.
CMD ["gridward", "serve"]
