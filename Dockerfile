# A local Twilio Conversations: docker build -t receiptkit . && docker run -p 8080:8080 receiptkit
FROM python:3.13-slim

COPY . /source
RUN python -m pip install --no-cache-dir "/source[server,tls]" && rm -rf /source
RUN useradd --system --no-create-home receiptkit
USER receiptkit

EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_receiptkit/health')"]
ENTRYPOINT ["receiptkit", "serve", "--host", "0.0.0.0", "--port", "8080"]
