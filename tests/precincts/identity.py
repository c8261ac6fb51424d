"""Single sign-on for tests: two identity providers on this machine, and somebody who follows their pages.

provider.is_("sub-1", email="a@example.org")    # who signs in next
surfer.press(surfer.get("/accounts/login/"), "Sign in with Department")
"""

from __future__ import annotations

import base64
import re
import socket
import subprocess
import sys
import threading
import zlib
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import uuid4

import lxml.html
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tests.stack import Stack
from tests.waiting import eventually


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Surfer:
    """A browser without scripts: keeps cookies, sends forms, and goes where a page leads on to."""

    def __init__(self, base):
        self.base = base
        self.session = requests.Session()

    def get(self, path):
        return self._arrive(self.session.get(urljoin(self.base, path)))

    def post(self, path, data):
        """With the token of the page that this browser saw last."""
        token = self.session.cookies.get("csrftoken", "")
        return self._arrive(
            self.session.post(urljoin(self.base, path), data | {"csrfmiddlewaretoken": token})
        )

    def press(self, page, button, **fields):
        """Send the form of a button, by its words."""
        for form in lxml.html.fromstring(page.content, base_url=page.url).forms:
            buttons = [one for one in form.iter("button", "input") if one.get("type") in ("submit", None)]
            named = [one for one in buttons if button in " ".join((one.text_content() or "").split())]
            if named:
                chosen = {named[0].get("name"): named[0].get("value", "")} if named[0].get("name") else {}
                data = dict(form.form_values()) | chosen | fields
                return self._arrive(self.session.post(urljoin(page.url, form.action or page.url), data))
        raise AssertionError(f"There is no button {button!r} on {page.url}")

    def _arrive(self, page):
        led = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
        return self._arrive(self.session.get(lxml.html.fromstring(f"<p>{led[1]}</p>").text)) if led else page


class OidcProvider:
    """oidc-provider-mock, as a process of its own."""

    def __init__(self, log):
        self.log, self.port = log, free_port()
        self.url = f"http://localhost:{self.port}"
        self.process = None
        self.start()

    def start(self):
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        eventually(self._answers, 60)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def _answers(self):
        try:
            return requests.get(f"{self.url}/.well-known/openid-configuration", timeout=5).ok
        except requests.ConnectionError:
            return False

    def knows(self, sub, **claims):
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10).raise_for_status()


class SamlProvider:
    """A small one of our own: whoever comes is `person`, in a signed assertion."""

    def __init__(self):
        self.key, self.certificate = _key_pair()
        self.person = {"uid": "uid-1", "email": "somebody@example.org"}
        self.spoil = lambda xml: xml  # what happens to the response on its way
        self.signed = True
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                url = urlsplit(self.path)
                body = provider.answer(url).encode() if url.path == "/sso" else b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.entity_id = f"{self.url}/metadata"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, url):
        """A page with a form that leads back, as providers have it."""
        asked = parse_qs(url.query)
        request = etree.fromstring(zlib.decompress(base64.b64decode(asked["SAMLRequest"][0]), -15))
        response = self.spoil(self.response(request.get("ID"), request.get("AssertionConsumerServiceURL")))
        return (
            f'<form method="post" action="{escape(request.get("AssertionConsumerServiceURL"))}">'
            f'<input type="hidden" name="SAMLResponse" value="{base64.b64encode(response).decode()}">'
            f'<input type="hidden" name="RelayState" value="{escape(asked.get("RelayState", [""])[0])}">'
            "<button>Go back</button></form>"
        )

    def response(self, in_response_to, acs, audience=None):
        """The response's XML, as bytes."""
        now = datetime.now(UTC)
        moment = lambda delta=timedelta(): (now + delta).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731
        audience = audience or acs.replace("/acs/", "/metadata/")
        asked = f' InResponseTo="{in_response_to}"' if in_response_to else ""
        attributes = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue>{escape(value)}</saml:AttributeValue>'
            "</saml:Attribute>"
            for name, value in self.person.items()
            if name != "uid"
        )
        assertion = (
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="_{uuid4().hex}" Version="2.0" IssueInstant="{moment()}">'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
            '<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
            f"{self.person['uid']}</saml:NameID>"
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{moment(timedelta(minutes=5))}"'
            f' Recipient="{acs}"{asked}/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{moment(timedelta(minutes=-5))}"'
            f' NotOnOrAfter="{moment(timedelta(minutes=5))}">'
            f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>"
            "</saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{moment()}" SessionIndex="_{uuid4().hex}">'
            "<saml:AuthnContext><saml:AuthnContextClassRef>"
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
            "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
            f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
        )
        if self.signed:
            assertion = OneLogin_Saml2_Utils.add_sign(
                assertion,
                self.key,
                self.certificate,
                sign_algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                digest_algorithm="http://www.w3.org/2001/04/xmlenc#sha256",
            ).decode()
        return (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
            f' ID="_{uuid4().hex}" Version="2.0" IssueInstant="{moment()}" Destination="{acs}"{asked}>'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer><samlp:Status>"
            '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f"{assertion}</samlp:Response>"
        ).encode()


class Department:
    """A running Engage that both providers belong to. It trusts them to ask for a second factor."""

    def __init__(self, folder):
        self.oidc, self.saml = OidcProvider(folder / "oidc.log"), SamlProvider()
        certificate = folder / "saml.pem"
        certificate.write_text(self.saml.certificate)
        self.stack = Stack(
            folder,
            ENGAGE_SECOND_FACTOR="required",
            ENGAGE_SSO_SECOND_FACTOR="provider",
            ENGAGE_SSO_DOMAINS="police.example, example.org",
            ENGAGE_OIDC_NAME="Department",
            ENGAGE_OIDC_ISSUER=self.oidc.url,
            ENGAGE_OIDC_CLIENT_ID="engage",
            ENGAGE_OIDC_CLIENT_SECRET="a secret of the tests",
            ENGAGE_SAML_NAME="City Hall",
            ENGAGE_SAML_ENTITY_ID=self.saml.entity_id,
            ENGAGE_SAML_SSO_URL=f"{self.saml.url}/sso",
            ENGAGE_SAML_CERTIFICATE=str(certificate),
            # For oidc-provider-mock, which speaks no TLS.
            OAUTHLIB_INSECURE_TRANSPORT="1",
        )
        self.stack.start()

    def stop(self):
        self.stack.stop()
        self.oidc.stop()
        self.saml.stop()

    def by_oidc(self, sub, surfer=None, *, path="/accounts/login/?next=/pct-109/desk/", **claims):
        """Somebody comes to `path` and signs in there. Returns the browser, and the page where it ends."""
        surfer = surfer or Surfer(self.stack.url)
        self.oidc.knows(sub, **claims)
        there = surfer.press(surfer.get(path), "Sign in with Department")
        return surfer, surfer.press(there, "Authorize", sub=sub)

    def by_saml(self, uid, surfer=None, *, path="/accounts/login/?next=/pct-109/desk/", **attributes):
        surfer = surfer or Surfer(self.stack.url)
        self.saml.person = {"uid": uid, **attributes}
        there = surfer.press(surfer.get(path), "Sign in with City Hall")
        return surfer, surfer.press(there, "Go back")


@pytest.fixture(scope="module")
def running_department(tmp_path_factory):
    department = Department(tmp_path_factory.mktemp("department"))
    yield department
    department.stop()


@pytest.fixture
def department(running_department):
    """A test during which Engage breaks has failed."""
    yield running_department
    running_department.saml.spoil, running_department.saml.signed = (lambda xml: xml), True
    running_department.stack.check()


def _key_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A provider of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
