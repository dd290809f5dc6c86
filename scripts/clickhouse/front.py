"""A real ClickHouse engine (chdb) behind a small part of ClickHouse's HTTP interface, for tests.

Usage: front.py PORT. It answers POST /?database=…&param_x=…&setting=… with the statement as body, as a server would.
An address that ends in /fail/N breaks each answer after N rows, under status 200; /admin takes statements that write.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import session

SESSION = session.Session()
# The engine runs one statement at a time.
TURN = threading.Lock()
# What a client may set; everything else is refused, as a server refuses an unknown setting.
SETTINGS = {
    "output_format_json_quote_64bit_integers",
    "output_format_json_quote_denormals",
    "join_use_nulls",
    "aggregate_functions_null_for_empty",
    "prefer_column_name_to_alias",
    "max_execution_time",
    "max_result_rows",
    "result_overflow_mode",
    "session_timezone",
}
OWN = {"database", "default_format", "readonly", "wait_end_of_query"}


def literal(value):
    return value if value.isdigit() else "'" + value.replace("'", "''") + "'"


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        address = urlsplit(self.path)
        pairs = dict(parse_qsl(address.query, keep_blank_values=True))
        parameters = {k[6:]: v for k, v in pairs.items() if k.startswith("param_")}
        settings = {k: v for k, v in pairs.items() if not k.startswith("param_") and k not in OWN}
        unknown = set(settings) - SETTINGS
        if unknown:
            return self.refuse(115, f"Setting {sorted(unknown)[0]} is neither a builtin setting nor started with the prefix")
        with TURN:
            self.run(body, address, pairs, parameters, settings)

    def run(self, body, address, pairs, parameters, settings):
        try:
            if address.path == "/admin":
                SESSION.query(body)
                return self.answer(200, b"")
            if pairs.get("database"):
                SESSION.query(f"USE {pairs['database']}")
            for name, value in settings.items():
                SESSION.query(f"SET {name} = {literal(value)}")
            result = SESSION.query(body, pairs.get("default_format", "TabSeparated"), params=parameters)
            data = result.bytes() if hasattr(result, "bytes") else str(result).encode()
        except Exception as error:  # chdb raises its own types
            return self.refuse(None, str(error))
        if address.path.startswith("/fail/"):
            lines = data.split(b"\n")[: 2 + int(address.path.split("/")[2])]
            broken = b"\n".join(lines) + b"\nCode: 241. DB::Exception: Memory limit exceeded: while executing. (MEMORY_LIMIT_EXCEEDED)\n"
            return self.answer(200, broken)
        return self.answer(200, data)

    def refuse(self, code, message):
        if code is not None:
            message = f"Code: {code}. DB::Exception: {message}. (REFUSED)"
        found = message.split("Code: ", 1)[-1].split(".", 1)[0]
        self.answer(500, message.encode(), {"X-ClickHouse-Exception-Code": found if found.isdigit() else "1002"})

    def answer(self, status, data, headers=None):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Front)
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    server.serve_forever()
