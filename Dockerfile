# One image for the web server, the worker, beat and the migrations.

FROM node:22-slim AS assets
WORKDIR /engage
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY static static
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENGAGE_HOME=/data
WORKDIR /engage
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt
RUN useradd --system --uid 1000 engage && mkdir /data && chown engage /data
COPY . .
COPY --from=assets /engage/static/dist static/dist
USER engage
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "engage.wsgi", "--bind", "0.0.0.0:8000"]
