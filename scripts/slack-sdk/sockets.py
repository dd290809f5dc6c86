"""Connects Slack's own client of Socket Mode (PyPI: slack-sdk) to the simulated Slack, as proof that it is like Slack's.

    sockets.py PATH OF sentinel
"""
import re, signal, subprocess, sys, tempfile, threading

from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.web import WebClient


def main():
    with tempfile.TemporaryDirectory() as folder:
        providers = subprocess.Popen(
            [sys.argv[1], "demo", "--providers"], cwd=folder, stdout=subprocess.PIPE, text=True)
        client = None
        try:
            variables = {}
            while not {"SLACK_BASE_URL", "SLACK_APP_TOKEN"} <= variables.keys():
                name, value = re.match(r"export (\w+)='(.*)'", providers.stdout.readline()).groups()
                variables[name] = value
            greeted = threading.Event()

            def listen(client, message, raw=None):
                if message.get("type") == "hello" and message["num_connections"] == 1:
                    greeted.set()

            client = SocketModeClient(
                app_token=variables["SLACK_APP_TOKEN"], web_client=WebClient(base_url=variables["SLACK_BASE_URL"] + "/api/"))
            client.message_listeners.append(listen)
            client.connect()
            fine = greeted.wait(10) and client.is_connected()
        finally:
            if client:
                client.close()
            providers.send_signal(signal.SIGTERM)
            providers.wait(20)
    print("ok: Slack's client connects to the simulated socket" if fine else "failed: no greeting from the simulated socket")
    return 0 if fine else 1


sys.exit(main())
