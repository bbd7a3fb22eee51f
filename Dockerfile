FROM python:3.13-slim

WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --system --create-home strikeledger

# The SQLite file of a container without a database URL lies in a volume of its own.
USER strikeledger
WORKDIR /home/strikeledger
EXPOSE 8000
CMD ["strikeledger", "serve", "--host", "0.0.0.0", "--workers", "2"]
