"""A Kafka that is reached over TLS by who logs in with SCRAM, as in production."""

from pathlib import Path

from confluent_kafka.admin import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from harness.broker import Broker
from harness.process import free_ports
from harness.tls_server import issue

USER, PASSWORD = "penstock", "pen-stock-canary"
LISTENER = "listener.name.sasl_ssl"
MECHANISM = "SCRAM-SHA-256"


class SecureBroker(Broker):
    """At `secured` USER has to log in; `brokers` is for tests, without."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True)
        authority = issue("the test's CA", is_ca=True)
        self.ca_file = authority.write(folder, "ca")
        identity = issue("127.0.0.1", authority).write(folder, "broker")
        port, secured, controller = free_ports(3)
        self.secured = f"127.0.0.1:{secured}"
        listeners = f"PLAINTEXT://127.0.0.1:{port},SASL_SSL://{self.secured}"
        super().__init__(
            folder / "kafka",
            port=port,
            properties={
                "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
                "advertised.listeners": listeners,
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,"
                "CONTROLLER:PLAINTEXT",
                "controller.quorum.voters": f"1@127.0.0.1:{controller}",
                "sasl.enabled.mechanisms": MECHANISM,
                f"{LISTENER}.{MECHANISM.lower()}.sasl.jaas.config": "org.apache.kafka.common."
                "security.scram.ScramLoginModule required;",
                f"{LISTENER}.ssl.keystore.type": "PEM",
                f"{LISTENER}.ssl.keystore.location": str(identity),
            },
        )
        self.set_password(PASSWORD)

    def set_password(self, password: str) -> None:
        """Of USER. Connections that are open stay."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096)
        change = UserScramCredentialUpsertion(USER, info, password.encode())
        for answer in self.admin.alter_user_scram_credentials([change]).values():
            answer.result(30)

    def settings(self, **changed: str) -> dict[str, str]:
        """Of a daemon or a command that logs in; properties with `_` for dots."""
        properties = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": MECHANISM,
            "sasl.username": USER,
            "sasl.password": PASSWORD,
            "ssl.ca.location": str(self.ca_file),
            **{name.replace("_", "."): value for name, value in changed.items()},
        }
        return {
            "kafka_brokers": self.secured,
            "kafka_properties": ",".join(f"{name}={value}" for name, value in properties.items()),
        }
