"""A Kafka that asks one of its clients who it is, and allows it what ACLs say."""

from pathlib import Path
from typing import Iterable

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)
from harness.broker import Broker
from harness.process import free_ports

USER, PASSWORD = "penstock", "pen-stock"
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


class GuardedBroker(Broker):
    """`brokers` is for everybody, who may do everything there; at `guarded` USER has to log in."""

    def __init__(self, folder: Path):
        port, guarded, controller = free_ports(3)
        self.guarded = f"127.0.0.1:{guarded}"
        plain, sasl = f"PLAINTEXT://127.0.0.1:{port}", f"SASL_PLAINTEXT://{self.guarded}"
        protocols = "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT"
        properties = {
            "listeners": f"{plain},{sasl},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"{plain},{sasl}",
            "listener.security.protocol.map": protocols,
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": f"{LOGIN} required "
            f'user_{USER}="{PASSWORD}";',
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",  # whoever didn't have to log in
        }
        super().__init__(folder, port=port, properties=properties)

    def settings(self) -> dict[str, str]:
        """Of a daemon that logs in."""
        properties = {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": USER,
            "sasl.password": PASSWORD,
        }
        return {
            "brokers": self.guarded,
            "kafka_properties": ",".join(f"{name}={value}" for name, value in properties.items()),
        }

    def allow(self, rights: Iterable[AclBinding]) -> None:
        for answer in self.admin.create_acls(list(rights)).values():
            answer.result(30)

    def withdraw(self, rights: Iterable[AclBinding]) -> None:
        filters = [
            AclBindingFilter(
                right.restype,
                right.name,
                right.resource_pattern_type,
                right.principal,
                right.host,
                right.operation,
                right.permission_type,
            )
            for right in rights
        ]
        for answer in self.admin.delete_acls(filters).values():
            assert answer.result(30), "there was no such right"


def right(kind: ResourceType, name: str, operation: AclOperation) -> AclBinding:
    """USER's, on what is called so or begins so."""
    pattern, allowed = ResourcePatternType.PREFIXED, AclPermissionType.ALLOW
    return AclBinding(kind, name, pattern, f"User:{USER}", "*", operation, allowed)


def documented_rights(prefix: str) -> list[AclBinding]:
    """docs/operations.md, "Rights that penstock needs"."""
    state = f"penstock.{prefix}.state"
    on_topics = (AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.WRITE, AclOperation.CREATE)
    return [
        *(right(ResourceType.TOPIC, f"{prefix}.", operation) for operation in on_topics),
        *(right(ResourceType.TOPIC, state, operation) for operation in on_topics),
        right(ResourceType.TOPIC, state, AclOperation.READ),
        right(ResourceType.TRANSACTIONAL_ID, f"penstock.{prefix}.", AclOperation.DESCRIBE),
        right(ResourceType.TRANSACTIONAL_ID, f"penstock.{prefix}.", AclOperation.WRITE),
    ]
