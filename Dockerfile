# Tally as a container: docs/operations.md says how to run it.
FROM python:3.13-slim AS build

COPY requirements.txt /
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r /requirements.txt

COPY packages /packages
RUN pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --no-deps --no-build-isolation /packages/durable_dialogs /packages/telegram_playground

COPY . /opt/tally
# The file system is read-only later, so Python must find compiled code, and use it unchecked.
RUN rm -r /opt/tally/packages \
    && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/tally

FROM python:3.13-slim

COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/tally /opt/tally
RUN mkdir /data && chown 10001:10001 /data

# A number, because Kubernetes can't tell from a name that the user is not root.
USER 10001:10001
WORKDIR /opt/tally
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    MPLCONFIGDIR=/tmp/matplotlib \
    WEB_HOST=0.0.0.0 \
    WEB_PORT=8080 \
    LOG_FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen('http://127.0.0.1:' + os.environ['WEB_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["python", "main.py"]
