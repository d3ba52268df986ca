"""Names, ids and notes planted in a file of patients occur in no bundle that is made from it, in no spelling."""

from __future__ import annotations

import base64
import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.engines import get_engine
from core.monitor import SilentMonitor
from core.proving.attest import attest
from core.randomness import SeededTape
from core.records.encode import encode_csv
from core.records.identity import patient_digest
from core.records.infer import infer_schema
from core.relations.plan import TrainingPlan
from core.verification.verify import verify_bundle
from tests.soundness.hospital import Hospital, open_dataset, signing_key

NAMES = ("Ottilie Zyzanowski", "Bjørn Åkerström", "Nguyễn Thị Mai")
RECORDS = 24


def patient(i: int) -> str:
    return f"MRN-{7741903 + 131 * i:08d}"


def write(path: Path) -> Path:
    """Ids, names and free text beside two measurements; the last digits of the measurements are a canary too."""
    lines = ["mrn,name,note,age,marker,ward,consent,died"]
    for i in range(RECORDS):
        age, marker = 40 + i * 7 % 41, f"{(i * 29 % 97) + 0.41372:.5f}"
        lines.append(
            f'{patient(i)},{NAMES[i % 3]},"seen by Dr. Qvarnström, room {i}",{age},{marker},'
            f"{'north' if i % 2 else 'south'},{'no' if i == 5 else 'yes'},{int(i * 29 % 97 > 48)}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=[False, True], ids=["public", "hidden"])
def attested(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    path = write(tmp_path_factory.mktemp("canaries") / "patients.csv")
    schema = infer_schema(path, outcome="died", patient_id="mrn", consent="consent", groups=("ward",))
    dataset = encode_csv(path, schema)
    assert len(dataset.numbers) == RECORDS and not dataset.rejects
    engine, tape = get_engine("plain"), SeededTape(b"canaries")
    opened = open_dataset(schema, dataset.rows, engine=engine, tape=tape)
    plan = TrainingPlan(test_fraction=Fraction(1, 4), registration={"intended_use": "triage"})
    attestation = attest(
        opened,
        plan=plan,
        nonce=bytes(32),
        hide_weights=request.param,
        validity=None,
        engine=engine,
        tape=tape,
        monitor=SilentMonitor(),
    )
    return Hospital(schema, opened, plan, bytes(32), attestation, signing_key(), engine, 0)


def spellings(text: str) -> list[bytes]:
    """As it stands, without its case, in UTF-16, hexadecimal, base64, and as digests that people use."""
    raw = text.encode()
    digests = [hash_(raw).digest() for hash_ in (hashlib.sha256, hashlib.sha512, hashlib.sha3_256, hashlib.md5)]
    plain = [raw, raw.lower(), raw.upper(), text.encode("utf-16-le"), *digests]
    found = [spelling for each in plain for spelling in (each, each.hex().encode(), base64.b64encode(each)[:-3])]
    return [spelling for spelling in found if len(spelling) >= 6]


def test_the_bundle_is_accepted(attested: Hospital) -> None:
    report = verify_bundle(attested.bundle())
    assert report.verdict == "accepted", report.to_text()
    assert report.numbers["left_out_records"] == "1"


def test_no_id_name_or_note_is_in_the_bundle(attested: Hospital) -> None:
    bundle, report = attested.bundle(), verify_bundle(attested.bundle()).to_text().encode()
    planted = [*(patient(i) for i in range(RECORDS)), *NAMES, "Zyzanowski", "Åkerström", "Qvarnström", "41372"]
    for text in planted:
        for spelling in spellings(text):
            assert spelling not in bundle and spelling not in report


def test_no_patient_digest_is_in_the_bundle(attested: Hospital) -> None:
    """The digest is committed in limbs; it would identify a patient to whoever can list all ids."""
    bundle = attested.bundle()
    for i in range(RECORDS):
        digest = patient_digest(patient(i))
        limbs = attested.dataset.rows[i, :8].astype(np.uint64).tolist()
        assert b"".join(int(limb).to_bytes(2, "big") for limb in limbs) == digest[:16], (
            "the digest of this very patient"
        )
        for spelling in (digest[:16], digest[:16].hex().encode(), digest[:8], base64.b64encode(digest[:15])):
            assert spelling not in bundle


def test_no_encoded_value_is_in_the_proofs(attested: Hospital) -> None:
    """As 32-byte scalars, and whole records as they lie in memory."""
    a = attested.attestation
    for row in attested.dataset.rows:
        features = row[list(attested.dataset.layout.features)]
        for order in (">u2", "<u2"):
            assert features.astype(order).tobytes() not in a.validity + a.attestation
            assert row[:8].astype(order).tobytes() not in attested.bundle()
        for value in row[row > 255].tolist():
            assert value.to_bytes(32, "big") not in a.validity + a.attestation


def test_what_is_published_is_found(attested: Hospital) -> None:
    """The search above is over the bytes as they stand: names of columns and levels, and the plan, are there."""
    for name in ("age", "marker", "north", "triage", "intended_use"):
        assert name.encode() in attested.bundle()
