# rewrite-refs in a container:
#   docker build -t rewrite-refs .
#   docker run --rm -v "$PWD:/src" rewrite-refs check
#   docker run --rm -v "$PWD:/src" --user "$(id -u):$(id -g)" rewrite-refs rewrite
# Through a cache of Docker Hub: docker build --build-arg REGISTRY=<host>/docker-hub -t rewrite-refs .
# rewrite-refs: ignore[no-rule] this project has no account of its own
ARG REGISTRY=public.ecr.aws/docker

FROM ${REGISTRY}/library/python:3.13-slim AS build
WORKDIR /project
COPY pyproject.toml README.md LICENSE ./
COPY rewrite_refs ./rewrite_refs
RUN python -m venv /opt/rewrite-refs \
    && /opt/rewrite-refs/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM ${REGISTRY}/library/python:3.13-slim
# git tells which files belong to a repository; that one is mounted, and belongs to another user.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /src \
    && useradd --create-home --uid 10001 rewrite-refs
COPY --from=build /opt/rewrite-refs /opt/rewrite-refs
ENV PATH="/opt/rewrite-refs/bin:$PATH"
USER 10001
WORKDIR /src
# Isolated, so that PYTHONPATH of a job does not add code of the checkout.
ENTRYPOINT ["/opt/rewrite-refs/bin/python", "-I", "/opt/rewrite-refs/bin/rewrite-refs"]
