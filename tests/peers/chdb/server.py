"""ClickHouse's own engine (chDB) behind as much of its HTTP interface as a copy of a site needs: query and body."""

import http.server
import json
import pathlib
import sys
import tempfile
import threading
import urllib.parse

from chdb.session import Session

FOLDER = tempfile.TemporaryDirectory()
ENGINE = Session(f"{FOLDER.name}/engine")
ONE = threading.Lock()  # asks it at a time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sql = asked["query"][0] if "query" in asked else body.decode()
        with ONE:
            answer, status = self.carried_out(sql, body, asked["database"][0])
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def carried_out(self, sql, body, database):
        """(the answer, its HTTP status); inserted data, which follow the statement, come from a file here."""
        if sql.endswith(" format Native"):
            pathlib.Path(FOLDER.name, "data").write_bytes(body)
            sql = sql.removesuffix("format Native") + f"select * from file('{FOLDER.name}/data', Native)"
        try:
            ENGINE.query(f"use {database}")
            return ENGINE.query(sql, "JSONCompactEachRow").bytes() or b"", 200
        except RuntimeError as error:
            return str(error).encode(), 500

    def log_message(self, *_words):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    ENGINE.query("create database if not exists plants")
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()
