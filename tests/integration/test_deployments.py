"""compose.yaml and the Kubernetes manifests: valid, and a configuration that penstock takes."""

import json
from pathlib import Path

import compose_spec
import kubernetes_validate
import pytest
import yaml
from harness.dockerfile import USER, arguments
from harness.process import ROOT, run

COMPOSE = ROOT / "compose.yaml"
MANIFESTS = sorted((ROOT / "config" / "kubernetes").glob("*.yaml"))
OLDEST_KUBERNETES = "1.27"


def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text())


def manifests() -> dict[str, dict]:
    loaded = [yaml.safe_load(path.read_text()) for path in MANIFESTS]
    return {manifest["kind"]: manifest for manifest in loaded}


def pod() -> dict:
    return manifests()["Deployment"]["spec"]["template"]["spec"]


def pod_environment() -> dict[str, str]:
    own = {variable["name"]: variable["value"] for variable in pod()["containers"][0]["env"]}
    return manifests()["ConfigMap"]["data"] | own


def compose_environment() -> dict[str, str]:
    return compose()["services"]["penstock"]["environment"]


def test_compose_takes_the_file():
    compose_spec.PyCompose.from_yaml(COMPOSE.read_text()).validate()


def test_each_volume_of_a_service_is_declared():
    declared = set(compose()["volumes"])
    services = compose()["services"].values()
    assert {volume.split(":")[0] for service in services for volume in service["volumes"]} == declared


def test_services_that_are_built_write_to_their_volumes_alone():
    for name in ("penstock", "simulator"):
        service = compose()["services"][name]
        assert service["build"]["target"] == name
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        kept = [volume.split(":")[1] for volume in service["volumes"]]
        assert set(arguments("VOLUME", name)) <= set(kept)


def test_penstock_meets_simulator_and_kafka_under_the_names_they_have():
    services = compose()["services"]
    environment = compose_environment()
    advertised = services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert f"//{environment['PENSTOCK_KAFKA_BROKERS']}," in advertised
    assert environment["PENSTOCK_API_TOKEN"] == services["simulator"]["environment"]["PENSTOCK_SIM_TOKEN"]
    # The simulator's certificate is for localhost alone.
    assert services["penstock"]["network_mode"] == "service:simulator"
    assert environment["PENSTOCK_API_URL"].startswith("https://localhost:")


@pytest.mark.parametrize("version", [OLDEST_KUBERNETES, kubernetes_validate.latest_version()])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
def test_kubernetes_takes_the_manifest(manifest, version):
    kubernetes_validate.validate(yaml.safe_load(manifest.read_text()), version, strict=True)


def test_one_penstock_runs_at_a_time():
    spec = manifests()["Deployment"]["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] > 20, "a drain takes as long"


def test_probes_ask_what_the_daemon_serves():
    container = pod()["containers"][0]
    paths = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {name: found["path"] for name, found in paths.items()} == {
        "startup": "/livez",
        "liveness": "/livez",
        "readiness": "/readyz",
    }
    assert {found["port"] for found in paths.values()} == {"admin"}
    assert container["ports"] == [{"name": "admin", "containerPort": int(arguments("EXPOSE", "penstock")[0])}]


def test_the_pod_may_do_no_more_than_the_image_needs():
    security = pod()["securityContext"]
    assert security["runAsNonRoot"] and str(security["runAsUser"]) == USER
    container = pod()["containers"][0]["securityContext"]
    assert container["readOnlyRootFilesystem"] and not container["allowPrivilegeEscalation"]
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert not pod()["automountServiceAccountToken"]


def test_what_the_pod_mounts_is_there():
    mounts = {mount["name"]: mount["mountPath"] for mount in pod()["containers"][0]["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod()["volumes"]}
    assert set(mounts) == set(volumes)
    assert mounts["state"] in arguments("VOLUME", "penstock")
    claim, secret = manifests()["PersistentVolumeClaim"], manifests()["Secret"]
    assert volumes["state"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert volumes["token"]["secret"]["secretName"] == secret["metadata"]["name"]
    token = Path(pod_environment()["PENSTOCK_API_TOKEN_FILE"])
    assert list(secret["stringData"]) == [token.name]
    assert token.parent == Path(mounts["token"])


def test_the_service_finds_the_pod():
    found = manifests()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"].items() <= labels.items()
    assert found["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_all_journals_fit_into_the_volume():
    claim = manifests()["PersistentVolumeClaim"]["spec"]["resources"]["requests"]["storage"]
    environment = pod_environment()
    sources = len(environment["PENSTOCK_SOURCES"].split(","))
    each = environment["PENSTOCK_JOURNAL_MAX_SIZE"]
    assert (claim[-2:], each[-3:]) == ("Gi", "GiB")
    assert int(claim[:-2]) > sources * int(each[:-3])


@pytest.mark.parametrize("environment", [compose_environment, pod_environment])
def test_penstock_takes_the_configuration(environment, tmp_path):
    """All of it by variables: no file of this machine may help."""
    empty = tmp_path / "penstock.yaml"
    empty.write_text("")
    given = {name: str(value) for name, value in environment().items()}
    done = run("config", "-o", "json", env={**given, "PENSTOCK_CONFIG": str(empty)})
    assert done.returncode == 0, done.stderr
    origins = {row["origin"] for row in json.loads(done.stdout)}
    assert set(given) - {"PENSTOCK_API_TOKEN"} <= origins, "the token is no key"
