"""Signs button clicks with Slack's own library (PyPI: slack-sdk) and sends them to an agent.

    clicks.py PATH OF sentinel
"""
import json, os, re, signal, sqlite3, subprocess, sys, tempfile, time, urllib.error, urllib.parse, urllib.request

from slack_sdk.signature import SignatureVerifier

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def click(action, value, clicked):
    payload = {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U01ABC", "team_id": "T1"},
        "actions": [{"type": "button", "action_id": action, "value": value, "action_ts": clicked}],
    }
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()


def send(url, body, stamp, signature, retry=False):
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }
    if retry:
        headers["X-Slack-Retry-Num"] = "1"
    try:
        return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "SLACK_SIGNING_SECRET": SECRET, "SENTINEL_LISTEN": "127.0.0.1:0",
        }
        store = folder + "/sentinel.db"
        agent = subprocess.Popen(
            [program, "agent", "--db", store], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            root = re.search(r"http://\S+", agent.stdout.readline()).group(0)
            wrong = check(root + "/api/slack/actions")
            kinds = [row[0] for row in sqlite3.connect(store).execute("SELECT kind FROM intent ORDER BY id")]
        finally:
            agent.send_signal(signal.SIGTERM)
            agent.wait(20)
    if len(kinds) != 3:
        wrong.append(f"three clicks should be three intents, not {kinds}")
    for sentence in wrong:
        print(sentence)
    print("failed" if wrong else "ok: 3 signed clicks accepted; altered, stale and replayed ones refused")
    return 1 if wrong else 0


def check(url):
    verifier, other, wrong = SignatureVerifier(SECRET), SignatureVerifier("another"), []

    def expect(what, status, body, stamp, signature, **more):
        got = send(url, body, stamp, signature, **more)
        if got != status:
            wrong.append(f"{what}: {got}, not {status}")

    now = str(int(time.time()))
    for number, action in enumerate(["sentinel_approve_1", "sentinel_reject_2", "sentinel_kill_loop_t ü&+%"]):
        value = action.split("_", 3 if "kill" in action else 2)[-1]
        body = click(action, value, f"{now}.{number}")
        signature = verifier.generate_signature(timestamp=now, body=body)
        expect(action, 200, body, now, signature)
        expect(action + " again", 401, body, now, signature)
        expect(action + " as a retry", 200, body, now, signature, retry=True)
        expect(action + " altered", 401, body + b"x", now, signature)
        expect(action + " by another secret", 401, body, now, other.generate_signature(timestamp=now, body=body))
        stale = str(int(now) - 301)
        expect(action + " stale", 401, body, stale, verifier.generate_signature(timestamp=stale, body=body))
    return wrong


sys.exit(main())
