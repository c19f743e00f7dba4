"""The Doc Proof quickstart against a running simulator, with nothing but Python's standard library.

It knows none of the project's types: each member is checked against the documentation. It prints the decision, or says
what is wrong and ends with 1.
"""

import argparse
import base64
import gzip
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

AGENT = "Quickstart Check/v1.0"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# No proxy of the environment: the simulator is on this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Mismatch(Exception):
    """The answer is not what the documentation says."""


def expect(condition, message):
    if not condition:
        raise Mismatch(message)


def call(method, url, headers, body=None, status=200):
    """One call; gives the answer's headers and body."""
    request = urllib.request.Request(url, data=body, method=method)
    for name, value in {"User-Agent": AGENT, "Accept": "application/json", **headers}.items():
        request.add_header(name, value)
    try:
        with OPENER.open(request, timeout=30) as answer:
            found, received, content = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        found, received, content = error.code, error.headers, error.read()
    expect(found == status, f"{method} {urllib.parse.urlsplit(url).path}: status {found}, expected {status}")
    expect(received.get("x-simulated") == "SIMULATED", "an answer is not marked as simulated")
    return received, content


def call_json(*arguments, **options):
    return json.loads(call(*arguments, **options)[1])


def pdf():
    """A small but whole PDF of one empty page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return out


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fetch_token(base, client_id, client_secret):
    basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"grant_type=client_credentials"
    reply = call_json("POST", f"{base}/oauth2/token", {"Authorization": f"Basic {basic}", **form}, body)
    expect(reply["expires_in"] == 3600 and reply["token_type"] == "Bearer", "the token reply differs")
    claims = json.loads(unbase64(reply["access_token"].split(".")[1]))
    expect(claims["exp"] > claims["iat"], "the access token is no JWT with iat and exp")
    wrong = base64.b64encode(f"{client_id}:wrong".encode()).decode()
    call("POST", f"{base}/oauth2/token", {"Authorization": f"Basic {wrong}", **form}, body, status=401)
    return reply["access_token"]


def create_account(base, bearer):
    request = {
        "customerInternalReference": "transaction_1234",
        "userReference": "user_1",
        "workflowDefinition": {
            "key": 10170,
            "credentials": [
                {
                    "category": "DOCUMENT",
                    "country": {"predefinedType": "DEFINED", "values": ["USA"]},
                    "type": {"predefinedType": "DEFINED", "values": ["BS"]},
                }
            ],
        },
    }
    headers = {**bearer, "Content-Type": "application/json"}
    reply = call_json("POST", f"{base}/api/v1/accounts", headers, json.dumps(request).encode())
    account, execution = reply["account"]["id"], reply["workflowExecution"]["id"]
    expect(TIMESTAMP.fullmatch(reply["timestamp"]), "timestamp has another form")
    expect(UUID.fullmatch(account) and UUID.fullmatch(execution), "the ids are no UUIDs")

    data, document = reply["workflowExecution"]["credentials"]
    expect(data["category"] == "DATA" and data["allowedChannels"] == ["API"], "DATA must come first")
    expect(document["category"] == "DOCUMENT", "DOCUMENT must come second")
    expect(document["allowedChannels"] == ["WEB", "API", "SDK"], "the channels of DOCUMENT differ")
    finalize = f"{base}/api/v1/accounts/{account}/workflow-executions/{execution}"
    upload = f"{finalize}/credentials/{{}}/parts"
    expect(data["api"]["parts"]["prepared_data"] == upload.format(data["id"]) + "/PREPARED_DATA", "prepared_data")
    expect(document["api"]["parts"]["document"] == upload.format(document["id"]), "the document part's URL differs")
    for credential in (data, document):
        expect(credential["api"]["workflowExecution"] == finalize, "the workflowExecution URL differs")

    token = document["api"]["token"]
    expect(data["api"]["token"] == token and reply["sdk"]["token"] == token, "the tokens are not one")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(reply["web"]["href"]).query)
    expect(query["authorizationToken"] == [token] and query["locale"] == ["en"], "web.href has other parameters")
    expect("baseUrl" in query, "web.href has no baseUrl")
    header, payload, _ = token.split(".")
    expect(json.loads(unbase64(header)) == {"alg": "HS512", "zip": "GZIP"}, "the token's header differs")
    claims = json.loads(gzip.decompress(unbase64(payload)))
    expect(isinstance(claims["exAt"], str) and int(claims["exAt"]) > time.time() * 1000, "exAt")
    expect(claims["accId"] == account, "accId")
    expect(claims["aId"] == claims["wfeId"] == execution, "aId and wfeId")
    expect(claims["cRef"] == "transaction_1234", "cRef")
    return account, execution, data, document


def upload_page(document, bearer):
    boundary = "a-boundary-that-no-pdf-has"
    body = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="file"; filename="statement.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode() + pdf() + f"\r\n--{boundary}--\r\n".encode()
    url = document["api"]["parts"]["document"]
    form = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    transaction = {"Authorization": f"Bearer {document['api']['token']}"}
    allow, _ = call("PUT", url, {**transaction, **form}, body, status=405)
    expect(allow["Allow"] == "POST, OPTIONS", "the 405 names other methods")
    call("POST", url, {**bearer, **form}, body, status=401)
    return call_json("POST", url, {**transaction, **form}, body)


def run(base, client_id, client_secret):
    bearer = {"Authorization": f"Bearer {fetch_token(base, client_id, client_secret)}"}
    account, execution, data, document = create_account(base, bearer)
    expect(upload_page(document, bearer)["workflowExecution"]["id"] == execution, "the upload reply differs")

    transaction = {"Authorization": f"Bearer {document['api']['token']}"}
    finalized = call_json("PUT", document["api"]["workflowExecution"], transaction)
    expect(finalized["account"]["id"] == account, "finalize names another account")
    expect(finalized["workflowExecution"]["id"] == execution, "finalize names another execution")

    path = f"{base}/api/v1/accounts/{account}/workflow-executions/{execution}"
    until = time.monotonic() + 60
    while True:
        status = call_json("GET", f"{path}/status", bearer)["workflowExecution"]
        expect(status["definitionKey"] == "10170", "definitionKey must be the text 10170")
        if status["status"] == "PROCESSED":
            break
        expect(status["status"] == "ACQUIRED", f"unexpected status {status['status']}")
        expect(time.monotonic() < until, "not PROCESSED after a minute")
        time.sleep(0.1)

    details = call_json("GET", path, bearer)
    short = call_json("GET", f"{base}/api/v1/workflow-executions/{execution}", bearer)
    expect(details == short, "the two paths of the details differ")
    expect(
        details["workflow"]
        == {
            "id": execution,
            "status": "PROCESSED",
            "definitionKey": "10170",
            "userReference": "user_1",
            "customerInternalReference": "transaction_1234",
        },
        "workflow differs",
    )
    times = [details[name] for name in ("createdAt", "startedAt", "completedAt")]
    expect(all(map(TIMESTAMP.fullmatch, times)) and times == sorted(times), "the times differ")
    href = f"{base}/api/v1/accounts/{account}/credentials/{document['id']}/parts/1"
    expect(
        details["credentials"]
        == [
            {"id": data["id"], "category": "DATA"},
            {"id": document["id"], "category": "DOCUMENT", "parts": [{"classifier": "1", "href": href}]},
        ],
        "credentials differ",
    )
    passed = {"type": "PASSED", "details": {"label": "PASSED"}, "risk": {"score": 0.0}}
    expect(details["decision"] == passed, "decision differs")
    expect(details["capabilities"] == {}, "10170 has no capabilities")
    expect(details["steps"]["href"] == f"{path}/steps", "steps differ")

    headers, page = call("GET", href, {**bearer, "Accept": "*/*"})
    expect(page == pdf() and headers["Content-Type"] == "application/pdf", "the part came back changed")

    steps = call_json("GET", details["steps"]["href"], bearer)
    expect(isinstance(steps["steps"], list), "the steps are no list")
    call("DELETE", path, bearer)
    for gone in (path, href):
        call("GET", gone, bearer, status=404)
    return details["decision"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--base-url", "--client-id", "--client-secret"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    try:
        decision = run(options.base_url.rstrip("/"), options.client_id, options.client_secret)
    except (Mismatch, KeyError, ValueError, OSError) as error:
        print(f"the quickstart failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"SIMULATED decision: {decision['type']}, risk score {decision['risk']['score']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
