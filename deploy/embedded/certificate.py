"""A certificate for this machine's own mail server, made at its first start: so that encryption is real from the first day."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.embedded import mail_login, secret

HOST = "127.0.0.1"
CONTAINED = "mail"
"""The mail server's name among containers."""
LIFETIME = timedelta(days=3650)


def own_certificate(directory: Path) -> tuple[Path, Path]:
    """The files of a certificate for this host and of its key; only the first is for others to know."""
    key_file, certificate_file = directory / "secrets" / "mail.key", mail_login.certificate(directory)
    key = serialization.load_pem_private_key(secret.once(key_file, _key).encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_file} holds another kind of key; delete it and start again")
    secret.once(certificate_file, lambda: _signed(key))
    return certificate_file, key_file


def _key() -> str:
    private = serialization.PrivateFormat.PKCS8
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()


def _signed(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Passend demonstration mail")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName(CONTAINED)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
